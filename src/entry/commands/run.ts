// `meshscope run`: the same engine as the page, its trace as lines.
import { dirname, join } from 'node:path';
import { parseTarget } from '../../host/index.ts';
import type { ManifestFile } from '../../manifests/index.ts';
import type { RunOptions, Summary } from '../../scenario/index.ts';
import {
  formatDuration,
  isScenario,
  meshModes,
  parseDuration,
  parseScenario,
  Run,
  seedMax,
} from '../../scenario/index.ts';
import { recordToJson } from '../../trace/index.ts';
import { parseManifests } from '../../manifests/index.ts';
import { diagnosticLine, sentenceOf } from './diagnostics.ts';
import { readFiles, readText } from './files.ts';
import { writeLines } from './output.ts';
import { rejectedObjects, textOfRun } from './run-text.ts';
import { parseOptions, UsageError } from './usage.ts';

const help = `Usage: meshscope run [FILE|DIR ...] [OPTIONS]

Runs manifests on a simulated cluster and prints what happened.

  --scenario FILE        topology, programs, interventions (a YAML document of kind Scenario)
  --mesh MODE            none, sidecar or ambient: installs it and enrols every namespace of the manifests;
                         without it their own labels decide
  --kubernetes VERSION   kubelet version of the nodes (default 1.34.0)
  --istio VERSION        version shown and installed (default 1.31.0)
  --seed N               default: the scenario's, else 7
  --until SPAN           how long to simulate, such as 30s (default: the scenario's, else 30s)
  --request from=NS/WORKLOAD,to=URL,count=N[,at=SPAN]
                         sends N requests, one every 100 ms, from the moment every pod is ready, or from at;
                         URLs: http, https, grpc, tcp; may be given several times
  --format text|ndjson   sentences, or one JSON object a record with a summary as the last line (default text)
  --help                 this text
`;

interface RequestOption {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly at: number | undefined;
}

/** Returns the exit code: 1 when a manifest was rejected, a request failed or the engine stopped. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    scenario: { type: 'string' },
    mesh: { type: 'string' },
    kubernetes: { type: 'string' },
    istio: { type: 'string' },
    seed: { type: 'string' },
    until: { type: 'string' },
    request: { type: 'string', multiple: true, default: [] },
    format: { type: 'string', default: 'text' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  if (values.format !== 'text' && values.format !== 'ndjson')
    throw new UsageError(`--format is text or ndjson, not ${values.format}`);
  const requests = values.request.map(parseRequest);
  const until = values.until === undefined ? undefined : spanOf(values.until, '--until');
  const simulation = new Run(optionsOf(values, positionals));
  const limit = until ?? simulation.info.duration;
  for (const { at, to } of requests)
    if (at !== undefined && at >= limit)
      throw new UsageError(
        `--request: ${to} at ${formatDuration(at)} would never be sent: the run ends at ${formatDuration(limit)}. See --until`,
      );
  const wasReady = simulate(simulation, requests, limit);
  const summary = simulation.summary();
  const rejected = simulation.info.diagnostics.filter(({ severity }) => severity === 'error');
  if (values.format === 'ndjson') await writeLines(ndjson(simulation, summary));
  else await writeLines(textOfRun(simulation, summary));
  for (const diagnostic of values.format === 'ndjson' ? simulation.info.diagnostics : [])
    process.stderr.write(`${diagnosticLine(diagnostic)}\n`);
  const { stop } = simulation;
  if (stop !== undefined) process.stderr.write(`meshscope: ${sentenceOf(stop)}\n`);
  const asked = requests.reduce((sum, { count }) => sum + count, 0);
  const isCutShort = summary.requests.sent < asked;
  if (isCutShort) {
    const by = formatDuration(summary.simulatedUs);
    const sent = `${summary.requests.sent} of ${asked} requests were sent`;
    const why = wasReady
      ? ` by ${by}`
      : `: not every pod was ready by ${by}; ,at=SPAN in a --request sends it whatever is ready`;
    process.stderr.write(`meshscope: ${sent}${why}; --until takes the run further\n`);
  }
  return stop !== undefined ||
    isCutShort ||
    rejected.length > 0 ||
    summary.requests.failed > 0 ||
    rejectedObjects(simulation.trace).length > 0
    ? 1
    : 0;
}

/** What options say of a run, as they are written. */
export interface RunValues {
  readonly scenario?: string | undefined;
  readonly mesh?: string | undefined;
  readonly kubernetes?: string | undefined;
  readonly istio?: string | undefined;
  readonly seed?: string | undefined;
}

/** The run that options and files ask for. Throws UsageError and UnreadableInput. */
export function optionsOf(values: RunValues, positionals: readonly string[]): RunOptions {
  const mesh = meshModes.find((mode) => mode === values.mesh);
  if (values.mesh !== undefined && mesh === undefined)
    throw new UsageError(`--mesh is none, sidecar or ambient, not ${values.mesh}`);
  const seed = values.seed === undefined ? undefined : seedOf(values.seed);
  for (const [option, value] of [
    ['--kubernetes', values.kubernetes],
    ['--istio', values.istio],
  ] as const)
    if (value !== undefined && !/^v?\d+\.\d+(\.\d+)?([-+][\w.-]+)?$/.test(value))
      throw new UsageError(`${option} is a version such as 1.31.0, not “${value}”`);
  const given = readFiles(positionals);
  const scenario =
    values.scenario === undefined ? scenarioAmong(given) : { path: values.scenario, text: readText(values.scenario) };
  const { manifests, extras } = scenario === undefined ? { manifests: [], extras: [] } : filesOf(scenario);
  const hasMistakes = scenario !== undefined && parseScenario(scenario).diagnostics.length > 0;
  if (given.length + manifests.length === 0 && !hasMistakes)
    throw new UsageError('run needs a file, a directory or a scenario that names manifests');
  return {
    scenario: scenario?.text ?? '',
    ...(scenario === undefined ? {} : { scenarioPath: scenario.path }),
    manifests: [...given, ...manifests],
    extras,
    ...(mesh === undefined ? {} : { mesh }),
    ...(seed === undefined ? {} : { seed }),
    ...(values.istio === undefined ? {} : { istio: values.istio }),
    ...(values.kubernetes === undefined ? {} : { kubernetes: values.kubernetes }),
  };
}

/** A scenario may lie among the manifests of a directory. */
function scenarioAmong(files: readonly ManifestFile[]): ManifestFile | undefined {
  return files.find(
    (file) => file.text.includes('meshscope.dev/') && parseManifests([file]).resources.some(isScenario),
  );
}

function filesOf(scenario: ManifestFile): {
  readonly manifests: readonly ManifestFile[];
  readonly extras: readonly ManifestFile[];
} {
  const { spec } = parseScenario(scenario);
  const folder = dirname(scenario.path);
  const extras = (spec.interventions ?? []).flatMap((intervention) =>
    'apply' in intervention ? [{ path: intervention.apply, text: readText(join(folder, intervention.apply)) }] : [],
  );
  return { manifests: readFiles((spec.manifests ?? []).map((path) => join(folder, path))), extras };
}

/** Runs to `limit`. Requests without a time are sent from the moment every pod is ready; returns whether it came, if it was waited for. */
function simulate(simulation: Run, requests: readonly RequestOption[], limit: number): boolean {
  const timed = requests.filter((request) => request.at !== undefined).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const whenReady = requests.filter((request) => request.at === undefined);
  const early = timed.filter((request) => (request.at ?? 0) < limit);
  for (const request of early) schedule(simulation, request.at ?? 0, request);
  const ready = whenReady.length === 0 ? undefined : simulation.advanceUntilReady(limit);
  if (ready !== undefined) for (const request of whenReady) simulation.ask(ready, askingOf(request));
  simulation.advance(limit);
  return whenReady.length === 0 || ready !== undefined;
}

function schedule(simulation: Run, at: number, request: RequestOption): void {
  simulation.schedule(at, askingOf(request));
}

function askingOf(request: RequestOption): Parameters<Run['schedule']>[1] {
  const target = parseTarget(request.to);
  if (target === undefined) throw new UsageError(`--request: ${request.to} is no URL of http, https, grpc or tcp`);
  return { from: request.from, target, count: request.count, method: 'GET', headers: [] };
}

function parseRequest(text: string): RequestOption {
  const fields = new Map(
    text.split(/,(?=(?:from|to|count|at)=)/).map((part): [string, string] => {
      const separator = part.indexOf('=');
      return [part.slice(0, separator), part.slice(separator + 1)];
    }),
  );
  const from = fields.get('from');
  const to = fields.get('to');
  const count = Number(fields.get('count') ?? '1');
  if (from === undefined || to === undefined) throw new UsageError(`--request needs from= and to=: ${text}`);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--request: count is a whole number of at least 1: ${text}`);
  if (parseTarget(to) === undefined) throw new UsageError(`--request: ${to} is no URL of http, https, grpc or tcp`);
  const at = fields.get('at');
  return { from, to, count, at: at === undefined ? undefined : spanOf(at, '--request at') };
}

function spanOf(text: string, option: string): number {
  const span = parseDuration(text);
  if (span === undefined) throw new UsageError(`${option} is a span such as 500ms or 30s, at most 24h, not “${text}”`);
  return span;
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > seedMax)
    throw new UsageError(`--seed is a whole number from 0 to ${seedMax}, not “${text}”`);
  return seed;
}

function* ndjson(simulation: Run, summary: Summary): Iterable<string> {
  const { trace } = simulation;
  for (let id = 0; id < trace.length; id += 1) yield JSON.stringify(recordToJson(trace, trace.get(id)));
  yield JSON.stringify({ summary });
}
