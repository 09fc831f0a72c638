// The manifests of a run as the whole of them: what each document says for itself is the manifests room's business; here the
// scenario documents among them are set apart, and what one object expects of another is looked for.
import type {
  CautionReader,
  Diagnostic,
  ManifestFile,
  ParseOptions,
  Resource,
  RuleEvaluator,
} from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import { callsOf, diagnosticsOfCalls } from './calls-annotation.ts';
import { isScenario } from './format.ts';
import { withinPodLimit } from './limits.ts';
import { looseEndsOf } from './loose-ends.ts';

export interface ReadManifests {
  /** Without the scenario documents. */
  readonly resources: readonly Resource[];
  /** In the order of the files and their lines. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReadOptions {
  /** Nodes of the cluster: a DaemonSet asks for a pod on each. */
  readonly nodes: number;
  /** Default `runLimits.pods`. */
  readonly pods?: number;
  /** Evaluates the rules of CRDs; without it they are passed over. */
  readonly evaluateRule?: RuleEvaluator;
  /** Finds fields that the engine does not act on; without it they go unsaid. */
  readonly cautionsOf?: CautionReader;
  /** Default: as the API server reads. */
  readonly reading?: Pick<ParseOptions, 'keepsInvalid' | 'gatewayApiChannel'>;
}

/** Reads files as a run does; a scenario document among them is no object of the cluster. */
export function readManifests(
  files: readonly ManifestFile[],
  { nodes, pods, evaluateRule, cautionsOf, reading }: ReadOptions,
): ReadManifests {
  const parsed = parseManifests(files, {
    ...reading,
    ...(evaluateRule ? { evaluateRule } : {}),
    ...(cautionsOf ? { cautionsOf } : {}),
  });
  const scenarios = parsed.resources.filter(isScenario);
  const isOurs = ({ code, path, resource }: Diagnostic): boolean =>
    code === 'unknown-kind' &&
    scenarios.some(({ source, metadata }) => source.path === path && metadata.name === resource?.name);
  const objects = parsed.resources.filter((resource) => !scenarios.includes(resource));
  const { resources, diagnostics: beyond } = withinPodLimit(objects, nodes, pods);
  const calls = callsOf(resources, files);
  const rejected = [...parsed.diagnostics, ...beyond].filter(({ severity }) => severity === 'error');
  const isIncomplete = (namespace: string): boolean =>
    rejected.some(({ resource }) => resource === undefined || resource.namespace === namespace);
  const diagnostics = [
    ...parsed.diagnostics.filter((diagnostic) => !isOurs(diagnostic)),
    ...beyond,
    ...diagnosticsOfCalls(calls),
    ...looseEndsOf(resources, calls, isIncomplete),
  ];
  const order = new Map(files.map((file, index) => [file.path, index]));
  return {
    resources,
    diagnostics: diagnostics.toSorted(
      (a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) || a.range.start.offset - b.range.start.offset,
    ),
  };
}
