// A run as text for people: what is wrong with the manifests, each answer, what is not ready and why, and the end in numbers.
import type { Run, Summary } from '../../scenario/index.ts';
import { askTag, formatDuration, unreadyOf } from '../../scenario/index.ts';
import type { Trace, TraceRecord } from '../../trace/index.ts';
import { diagnosticLine } from './diagnostics.ts';

/** Said once for all of them at the end, so not at each line. */
const toldInSummary: ReadonlySet<string> = new Set(['accepted-not-simulated', 'unknown-kind']);
/** So many objects with one and the same reason, or of one kind, are still named one by one. */
const namedOneByOne = 3;

/** The lines of `meshscope run --format text`. */
export function* textOfRun(run: Run, summary: Summary): Iterable<string> {
  const { info, trace } = run;
  for (const diagnostic of info.diagnostics) if (!toldInSummary.has(diagnostic.code)) yield diagnosticLine(diagnostic);
  yield* rejections(rejectedObjects(trace));
  yield* answers(trace);
  yield* unready(run);
  const { pods, requests, connections } = summary;
  yield `Istio ${info.versions.istio}, Kubernetes ${info.versions.kubernetes}, mesh ${info.mesh}, seed ${info.seed}, ${formatDuration(summary.simulatedUs)} simulated`;
  yield `pods ${pods.ready} of ${pods.total} ready`;
  const results = Object.entries(requests.byResult).map(([result, count]) => `${result}: ${count}`);
  yield `requests ${requests.sent} sent, ${requests.ok} ok, ${requests.failed} failed${results.length === 0 ? '' : ` (${results.join(', ')})`}`;
  yield `connections ${connections.mtls} mTLS, ${connections.plaintext} plaintext`;
  if (summary.notSimulated.length > 0) yield `accepted, not simulated: ${byKind(summary.notSimulated)}`;
  yield `trace ${summary.records} records, hash ${summary.hash}`;
}

/** What the API server refused of that which the manifests hold. */
export function rejectedObjects(trace: Trace): readonly TraceRecord<'object'>[] {
  return [...trace.select(['object'])].filter(({ verb, actor }) => verb === 'rejected' && actor === 'kubectl');
}

/** A namespace that is not there is one mistake, however many objects were meant for it. */
function* rejections(rejected: readonly TraceRecord<'object'>[]): Iterable<string> {
  const byReason = new Map<string, TraceRecord<'object'>[]>();
  for (const record of rejected) byReason.set(record.status, [...(byReason.get(record.status) ?? []), record]);
  for (const [reason, records] of byReason) {
    const names = records.map(({ resource, namespace, name }) => `${resource} ${namespace}/${name}`);
    if (names.length <= namedOneByOne) for (const name of names) yield `rejected: ${name}: ${reason}`;
    else yield `rejected: ${names[0] ?? ''} and ${names.length - 1} more: ${reason}`;
  }
}

function* answers(trace: Trace): Iterable<string> {
  const asked = new Map(
    [...trace.select(['request'])]
      .filter((request) => request.tag.startsWith(askTag))
      .map((request) => [request.id, request]),
  );
  for (const { request: id, at, result, latency, detail } of trace.select(['response'])) {
    const request = asked.get(id);
    if (request === undefined) continue;
    const what = request.method === '' ? request.url : `${request.method} ${request.url}`;
    yield `${formatDuration(at)}  ${what} -> ${result} in ${formatDuration(latency)}${detail === '' ? '' : ` (${detail})`}`;
  }
}

function* unready(run: Run): Iterable<string> {
  for (const { resource, namespace, name, phase, why } of unreadyOf(run.trace, run.storedAt(run.simulated))) {
    const state = phase === 'none' ? 'has no pods' : `is ${phase}`;
    yield `not ready: ${resource} ${namespace}/${name} ${state}${why === '' ? '' : `: ${why}`}`;
  }
}

/** `Gateway default/a, 14 ServiceMonitor`: many objects of one kind are counted. */
function byKind(names: readonly string[]): string {
  const kinds = new Map<string, string[]>();
  for (const name of names) {
    const [kind = ''] = name.split(' ');
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  return [...kinds]
    .flatMap(([kind, all]) => (all.length <= namedOneByOne ? all : [`${all.length} ${kind}`]))
    .join(', ');
}
