// What stands before anybody applies anything: the nodes, the mesh's systems and its configuration, as a scenario states them.
import type { NodeSpec } from '../kube/index.ts';
import type { MeshConfiguration, MeshSystem } from '../mesh/index.ts';
import { defaultMeshConfiguration, meshSystems } from '../mesh/index.ts';
import type { ScenarioSpec } from './format.ts';
import { nodeCountOf } from './format.ts';
import type { MeshMode } from './port.ts';

export interface Installation {
  readonly installed: MeshMode;
  readonly mesh: MeshConfiguration;
  readonly nodes: readonly NodeSpec[];
  readonly programs: NonNullable<ScenarioSpec['programs']>;
  /** Namespaces that come with a waypoint. */
  readonly waypoints: readonly string[];
  /** What load balancers send connections to; undefined: only those are acted out whose Services say it. */
  readonly loadBalancers: 'instance' | 'ip' | undefined;
}

/** What is said beside the scenario, and wins over it. */
interface Overrides {
  readonly istio?: string;
  readonly kubernetes?: string;
  readonly configuration?: MeshConfiguration;
  readonly waypoints?: readonly string[];
}

export function installationOf(spec: ScenarioSpec, installed: MeshMode, overrides: Overrides): Installation {
  const configuration = overrides.configuration ?? meshConfigurationOf(spec, installed, overrides);
  const nodes = nodesOf(spec, configuration.versions.kubernetes);
  const localities = Object.fromEntries(nodes.map(({ name, region, zone }) => [name, `${region}/${zone}`]));
  const { waypoints = [] } = overrides;
  const cni = { ...configuration.cni, ambient: installed === 'ambient' };
  const mesh = { ...configuration, cni, localities };
  const loadBalancers = spec.loadBalancers?.targets;
  return { installed, mesh, nodes, programs: spec.programs ?? [], waypoints, loadBalancers };
}

/** Ambient includes sidecars: they live beside it. Every mesh may have gateways. */
export function systemsOf(installed: MeshMode): readonly MeshSystem[] {
  return meshSystems.filter(
    (system) => installed === 'ambient' || (installed === 'sidecar' && system.id !== 'istio-ambient'),
  );
}

function meshConfigurationOf(spec: ScenarioSpec, installed: MeshMode, overrides: Overrides): MeshConfiguration {
  const base = defaultMeshConfiguration;
  const istio = overrides.istio ?? spec.versions?.istio ?? base.versions.istio;
  const kubernetes = overrides.kubernetes ?? spec.versions?.kubernetes ?? base.versions.kubernetes;
  return {
    ...base,
    sidecarsTakeTunnels: installed === 'ambient',
    versions: { ...base.versions, istio, kubernetes },
    meshConfig: { ...base.meshConfig, ...definedOnly(spec.meshConfig ?? {}) },
    cni: { ...base.cni, ...definedOnly(spec.cni ?? {}) },
    istiod: { ...base.istiod, ...definedOnly(spec.istiod ?? {}) },
  };
}

/** Without the fields that are undefined: a spread must not overwrite a default with nothing. */
function definedOnly<T extends object>(fields: T): { readonly [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]: Exclude<T[K], undefined>;
  }; // the entries of T itself
}

const zones: readonly string[] = ['a', 'b', 'c'];

function nodesOf(spec: ScenarioSpec, kubernetes: string): readonly NodeSpec[] {
  const stated: NonNullable<ScenarioSpec['nodes']> =
    spec.nodes ?? Array.from({ length: nodeCountOf(spec) }, (_, index) => ({ name: `node-${index + 1}` }));
  return stated.map(({ name, zone, region = 'region-1', kubelet = kubernetes, allocatable }, index) => ({
    name,
    zone: zone ?? zones[index % zones.length] ?? 'a',
    region,
    kubelet,
    ...(allocatable === undefined
      ? {}
      : { allocatable: Object.fromEntries(Object.entries(allocatable).map(([key, value]) => [key, String(value)])) }),
  }));
}
