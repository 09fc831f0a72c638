// `meshscope analyze`: what istioctl analyze says of manifests, at file:line:col.
import { cautionsOf } from '../../manifests/cautions/index.ts';
import { evaluateRule } from '../../manifests/cel/index.ts';
import { parseManifests } from '../../manifests/index.ts';
import { analyzeManifests } from '../../scenario/analysis.ts';
import type { MeshMode } from '../../scenario/port.ts';
import { isScenario, meshModes, nodeCountOf, parseScenario, readManifests } from '../../scenario/index.ts';
import { diagnosticJson, diagnosticLine } from './diagnostics.ts';
import { readFiles } from './files.ts';
import { writeLines } from './output.ts';
import { parseOptions, UsageError } from './usage.ts';

const help = `Usage: meshscope analyze [FILE|DIR ...] [--mesh sidecar|ambient] [--format text|json]

Looks for what does not fit together, in all manifests as one, as istioctl analyze does and by its codes: hosts and subsets that
nobody has, gateways without pods, policies that select nothing, resources that contradict each other. The cluster is the simulated
one: with istiod, the pods that the workloads will have, and an ingress gateway labelled istio: ingressgateway.
Prints one line a finding: file:line:column: severity: sentence [code]; a code is explained at
https://istio.io/latest/docs/reference/config/analysis/. What would be rejected (meshscope validate) is said as well, and nothing else
of such an object. A FILE of - is the standard input. The annotation galley.istio.io/analyze-suppress is heeded.

  --mesh sidecar|ambient   as if every namespace were enrolled so (default: what their labels say)
  --format text|json       one line a finding, or one JSON array (default text)
  --help                   this text
`;

/** Returns the exit code: 1 when there is an error. */
export async function analyze(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    mesh: { type: 'string' },
    format: { type: 'string', default: 'text' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  if (values.format !== 'text' && values.format !== 'json')
    throw new UsageError(`--format is text or json, not ${values.format}`);
  const mesh = meshOf(values.mesh);
  if (positionals.length === 0) throw new UsageError('analyze needs a file or a directory');
  const files = readFiles(positionals);
  const scenarios = new Set(
    parseManifests(files)
      .resources.filter(isScenario)
      .map(({ source }) => source.path),
  );
  const [scenario] = files.filter(({ path }) => scenarios.has(path)).map(parseScenario);
  const { diagnostics } = readManifests(files, { nodes: nodeCountOf(scenario?.spec ?? {}), evaluateRule, cautionsOf });
  const findings = analyzeManifests(files, {
    diagnostics,
    otherwise: 'sidecar',
    ...(scenario?.spec.mesh === undefined ? {} : { installed: scenario.spec.mesh }),
    ...(mesh === undefined ? {} : { mesh }),
    now: Date.now(),
  });
  const all = [
    ...diagnostics.filter(({ severity, code }) => severity === 'error' || code.startsWith('IST')),
    ...findings,
  ];
  await writeLines(values.format === 'json' ? [JSON.stringify(all.map(diagnosticJson))] : all.map(diagnosticLine));
  return all.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function meshOf(text: string | undefined): MeshMode | undefined {
  const mode = meshModes.find((known) => known === text && known !== 'none');
  if (text !== undefined && mode === undefined) throw new UsageError(`--mesh is sidecar or ambient, not ${text}`);
  return mode;
}
