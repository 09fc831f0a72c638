// The manifests of a run as the whole of them: what each document says for itself is the manifests room's business; here the
// scenario documents among them are set apart, and what one object expects of another is looked for.
import type { Diagnostic, ManifestFile, Resource } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import { callsOf, diagnosticsOfCalls } from './calls-annotation.ts';
import { isScenario } from './format.ts';
import { looseEndsOf } from './loose-ends.ts';

export interface ReadManifests {
  /** Without the scenario documents. */
  readonly resources: readonly Resource[];
  /** In the order of the files and their lines. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads files as a run does; a scenario document among them is no object of the cluster. */
export function readManifests(files: readonly ManifestFile[]): ReadManifests {
  const parsed = parseManifests(files);
  const scenarios = parsed.resources.filter(isScenario);
  const isOurs = ({ code, path, resource }: Diagnostic): boolean =>
    code === 'unknown-kind' &&
    scenarios.some(({ source, metadata }) => source.path === path && metadata.name === resource?.name);
  const resources = parsed.resources.filter((resource) => !scenarios.includes(resource));
  const calls = callsOf(resources, files);
  const rejected = parsed.diagnostics.filter(({ severity }) => severity === 'error');
  const isIncomplete = (namespace: string): boolean =>
    rejected.some(({ resource }) => resource === undefined || resource.namespace === namespace);
  const diagnostics = [
    ...parsed.diagnostics.filter((diagnostic) => !isOurs(diagnostic)),
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
