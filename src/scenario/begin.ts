// How a run begins: scenario and manifests are read, a world is brought up, and what happens at 0 and after is put down as inputs.
import type { Chooser, Instant } from '../kernel/index.ts';
import { instant, seconds, seed as toSeed } from '../kernel/index.ts';
import { balancerMachines, kubeMachines } from '../kube/index.ts';
import type { Diagnostic, ManifestFile, ParseOptions, Resource } from '../manifests/index.ts';
import type { MeshConfiguration, MeshSystem } from '../mesh/index.ts';
import { controlPlaneMachines } from '../mesh/index.ts';
import { parseDuration } from './duration.ts';
import { impliedNamespaces, meshAskedFor, namespacesWithoutWaypoint, withNamespaces } from './enrol.ts';
import { wireFacts } from './facts.ts';
import { fidelityOf } from './fidelity.ts';
import { nodeCountOf, parseScenario } from './format.ts';
import { installationOf, systemsOf } from './installation.ts';
import type { RunLimits } from './limits.ts';
import { runLimits } from './limits.ts';
import { strayInterventions, unusedPrograms } from './loose-ends.ts';
import type { OperatorMessage } from './operator.ts';
import type { MeshMode, RunInfo, ScenarioSource } from './port.ts';
import { readManifests } from './read-manifests.ts';
import type { Scripted } from './script.ts';
import { scriptOf } from './script.ts';
import type { World } from './world.ts';
import { worldOf } from './world.ts';

export interface RunOptions extends ScenarioSource {
  readonly istio?: string;
  readonly kubernetes?: string;
  /** Instead of what the scenario and the two above state of the mesh's configuration. */
  readonly configuration?: MeshConfiguration;
  /** How manifests are read, here and at every apply. Default: as the API server reads them. */
  readonly reading?: ReadingOptions;
  readonly chooser?: Chooser;
  readonly keyframeEvery?: number;
  /** Default `runLimits`. */
  readonly limits?: Partial<RunLimits>;
}

export type ReadingOptions = Pick<ParseOptions, 'keepsInvalid' | 'gatewayApiChannel'>;

/** What a run is told at its beginning and keeps to. */
export interface RunPlan {
  readonly info: RunInfo;
  readonly systems: readonly MeshSystem[];
  readonly limits: RunLimits;
  readonly manifests: ManifestPlan;
}

/** How a run takes manifests. */
interface ManifestPlan {
  readonly nodes: number;
  readonly pods: number;
  readonly reading: ReadingOptions;
  /** Enrols every namespace; undefined leaves their labels to decide. */
  readonly mesh: MeshMode | undefined;
  /** Namespaces whose waypoint was made before anything was applied. */
  readonly waypoints: readonly string[];
}

export interface Beginning {
  readonly plan: RunPlan;
  readonly world: World;
  readonly script: readonly Scripted[];
}

/** Where a run ends when nobody says. */
const defaultDuration = seconds(30);

export function begin(options: RunOptions): Beginning {
  const { scenarioPath = 'scenario.yaml' } = options;
  const scenario = parseScenario({ path: scenarioPath, text: options.scenario });
  const isAmongManifests = options.manifests.some((file) => file.path === scenarioPath);
  const { spec } = scenario;
  const limits = { ...runLimits, ...options.limits };
  const reading = {
    nodes: nodeCountOf(spec),
    pods: limits.pods,
    reading: options.reading ?? {},
    mesh: options.mesh,
  };
  const manifests: ManifestPlan = { ...reading, waypoints: waypointsFor(options, reading) };
  const given = readFiles(options.manifests, manifests);
  const installed = options.mesh ?? spec.mesh ?? meshAskedFor(given.objects);
  const installation = installationOf(spec, installed, { ...options, waypoints: manifests.waypoints });
  const systems = systemsOf(installed);
  const seed = toSeed(options.seed ?? spec.seed ?? 7);
  const { luck = [] } = options;
  const world = worldOf(installation, luck, {
    seed,
    ...(options.chooser === undefined ? {} : { chooser: options.chooser }),
    ...(options.keyframeEvery === undefined ? {} : { keyframeEvery: options.keyframeEvery }),
  });
  const script = scriptOf(spec, (path) => {
    const files = (options.extras ?? []).filter((file) => file.path === path);
    return readFiles(files, manifests).resources;
  });
  give(world, { at: 0, message: applyOf(given, 1) });
  for (const later of script) give(world, later);
  const info: RunInfo = {
    seed,
    duration: spec.duration === undefined ? defaultDuration : (parseDuration(spec.duration) ?? defaultDuration),
    versions: installation.mesh.versions,
    mesh: installed,
    files: options.manifests,
    diagnostics: [
      ...(isAmongManifests ? scenario.mistakes : scenario.diagnostics),
      ...unusedPrograms(scenario, given.objects),
      ...strayInterventions(
        scenario,
        given.objects,
        installation.nodes.map(({ name }) => name),
      ),
      ...given.diagnostics,
    ],
    notSimulated: notSimulated(given.objects),
    fidelity: fidelityOf(systems),
    facts: wireFacts,
    pins: spec.pins ?? {},
    machines: [
      ...kubeMachines,
      ...balancerMachines(),
      ...(installed === 'none' ? [] : controlPlaneMachines),
      ...systems.flatMap(({ machines }) => machines),
    ],
    markers: (spec.markers ?? []).map((marker) => ({ at: parseDuration(marker.at) ?? 0, name: marker.name })),
  };
  return { plan: { info, systems, limits, manifests }, world, script };
}

/** Engine time of a time since the manifests were applied. */
export function engineTime({ epoch }: World, at: number): Instant {
  return instant(epoch + at);
}

/** Adds an input, not earlier than those there are. */
export function give(world: World, { at, message }: Scripted): void {
  world.kernel.input(engineTime(world, at), world.operator, message);
}

interface ReadFiles {
  readonly files: readonly ManifestFile[];
  /** What the files say. */
  readonly objects: readonly Resource[];
  /** The same with the namespaces they take for granted, enrolled as the run was told. */
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readFiles(files: readonly ManifestFile[], plan: ManifestPlan): ReadFiles {
  const { nodes, pods, reading, mesh, waypoints } = plan;
  const { resources: objects, diagnostics } = readManifests(files, { nodes, pods, reading });
  return { files, objects, resources: withNamespaces(objects, mesh, waypoints), diagnostics };
}

function waypointsFor(options: RunOptions, plan: Omit<ManifestPlan, 'waypoints'>): readonly string[] {
  if (options.hasWaypoints !== true || options.mesh !== 'ambient') return [];
  return namespacesWithoutWaypoint(readFiles(options.manifests, { ...plan, waypoints: [] }).resources);
}

/** What the operator does with the files that a person has before them. */
export function applyOf({ files, resources, diagnostics }: ReadFiles, revision: number): OperatorMessage {
  const title = files.map((file) => file.path).join(' ');
  return { type: 'apply', resources, revision, title, set: 'files', incomplete: incompletePaths(diagnostics) };
}

/** Files of which a document is broken or rejected, and what stands for namespaces nobody declares. */
function incompletePaths(diagnostics: readonly Diagnostic[]): readonly string[] {
  const broken = diagnostics.filter(({ severity }) => severity === 'error').map(({ path }) => path);
  return [impliedNamespaces, ...new Set(broken)];
}

function notSimulated(resources: readonly Resource[]): readonly string[] {
  return resources
    .filter((resource) => resource.support !== 'simulated')
    .map(({ kind, metadata }) =>
      metadata.namespace === '' ? `${kind} ${metadata.name}` : `${kind} ${metadata.namespace}/${metadata.name}`,
    );
}
