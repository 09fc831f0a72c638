// Istio's standard metrics as a Prometheus that scraped every proxy at the playhead would sum them up, in its text form. Only what the
// trace proves: the labels of the proxy that counts and of the Service it chose; upstream's other labels are summed over.
// Source: istio.io/docs/reference/config/metrics; istio/ztunnel:src/proxy/metrics.rs at 1.31 (a connection counts as opened when its
// context is known, as closed with its line `connection complete`; what is refused before counts nowhere).
// Not modelled: bytes, so istio_*_bytes and istio_tcp_{sent,received}_bytes_total. Left out: Envoy's TCP counters.

import type { AnyEntityId } from '../../kernel/index.ts';
import { accessLineOf, accessParts, type AccessField } from '../access/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import { workloadName } from '../run/place.ts';
import { RecordScan } from '../run/record-scan.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { Reported } from './samples.ts';

const decisionAt = columnsOf('decision');
const logAt = columnsOf('log');

export interface CounterLine {
  readonly metric: StandardMetric;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** The record that raised it last. */
  readonly last: number;
}

export type StandardMetric =
  | 'istio_requests_total'
  | 'istio_request_duration_milliseconds_count'
  | 'istio_request_duration_milliseconds_sum'
  | 'istio_tcp_connections_opened_total'
  | 'istio_tcp_connections_closed_total';

/** `istio_requests_total{reporter="source",...} 12`. */
export function counterText({ metric, labels, value }: CounterLine): string {
  return `${metric}{${labels.map(([name, text]) => `${name}="${text}"`).join(',')}} ${value}`;
}

/** Counts up to `cursor`; in order of the metrics, then of the labels. */
export class CounterReader {
  readonly #records = new RecordScan(['decision', 'log']);

  lines(index: RunIndex, reported: readonly Reported[], cursor: number): readonly CounterLine[] {
    const sums = new Sums();
    for (const sample of reported) if (sample.id < cursor) countRequest(sums, sample);
    countConnections(sums, index, this.#records.of(index), cursor);
    return sums.lines();
  }
}

class Sums {
  readonly #lines = new Map<string, { line: CounterLine; value: number; last: number }>();

  add(
    metric: StandardMetric,
    labels: CounterLine['labels'],
    { by, id }: { readonly by: number; readonly id: number },
  ): void {
    const key = `${metric} ${labels.join(' ')}`;
    const sum = this.#lines.get(key);
    if (sum === undefined) this.#lines.set(key, { line: { metric, labels, value: by, last: id }, value: by, last: id });
    else {
      sum.value += by;
      sum.last = id;
    }
  }

  lines(): readonly CounterLine[] {
    return [...this.#lines]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { line, value, last }]) => ({ ...line, value, last }));
  }
}

function countRequest(sums: Sums, sample: Reported): void {
  const { id, reporter, namespace, workload, service, code, flags, latency } = sample;
  const side = reporter === 'destination' ? 'destination' : 'source';
  const labels: CounterLine['labels'] = [
    ['reporter', reporter],
    ...(reporter === 'waypoint' ? [] : workloadLabels(side, workload, namespace)),
    ...(reporter === 'destination' ? [] : [['destination_service_name', service] as const]),
    ['response_code', code],
    ['response_flags', flags],
  ];
  sums.add('istio_requests_total', labels, { by: 1, id });
  sums.add('istio_request_duration_milliseconds_count', labels, { by: 1, id });
  sums.add('istio_request_duration_milliseconds_sum', labels, { by: latency / 1_000, id });
}

/** A decision of ztunnel's about a connection makes its context known; a refusal right after it takes that back. */
function countConnections(sums: Sums, index: RunIndex, ids: readonly number[], cursor: number): void {
  const opening = new Map<number, { readonly labels: CounterLine['labels']; readonly id: number }>();
  for (const id of ids.slice(0, countBefore(ids, cursor))) {
    if (index.trace.kindOf(id) === 'decision') {
      const reporter = reporterOf(index, id);
      const connection = index.trace.operand(id, decisionAt.connection);
      if (reporter === undefined || connection < 0) continue;
      const labels = labelsAt(index, connection as AnyEntityId, reporter); // an entity operand
      sums.add('istio_tcp_connections_opened_total', labels, { by: 1, id });
      opening.set(connection, { labels, id });
      continue;
    }
    const line = accessLineOf(index, id);
    if (line?.proxy.program !== 'ztunnel') continue;
    const values = new Map(accessParts(line).map(({ field, value }) => [field, value]));
    const value = (field: AccessField): string => values.get(field) ?? '';
    const connection = index.trace.operand(id, logAt.connection);
    const opened = opening.get(connection);
    if (value('message') === 'connection complete') {
      const labels = labelsAt(
        index,
        connection as AnyEntityId,
        value('direction') === 'outbound' ? 'source' : 'destination',
      );
      sums.add('istio_tcp_connections_closed_total', labels, { by: 1, id });
    } else if (opened !== undefined)
      sums.add('istio_tcp_connections_opened_total', opened.labels, { by: -1, id: opened.id });
  }
}

function reporterOf(index: RunIndex, id: number): 'source' | 'destination' | undefined {
  const point = index.trace.textAt(index.trace.operand(id, decisionAt.point));
  return point === 'ztunnel.outbound' ? 'source' : point === 'ztunnel.inbound' ? 'destination' : undefined;
}

/** ztunnel stands in the pod it speaks for: it accepted the connection there. */
function labelsAt(index: RunIndex, connection: AnyEntityId, reporter: 'source' | 'destination'): CounterLine['labels'] {
  const entry = index.connections.get(connection);
  const netns = reporter === 'source' ? entry?.client : entry?.server;
  const pod = netns === undefined ? undefined : index.cluster.pods.get(index.hosts.netns.get(netns)?.pod ?? netns);
  const workload = workloadName(pod?.workload ?? 'unknown');
  return [['reporter', reporter], ...workloadLabels(reporter, workload, pod?.namespace ?? 'unknown')];
}

function workloadLabels(side: 'source' | 'destination', workload: string, namespace: string): CounterLine['labels'] {
  return [
    [`${side}_workload`, workload],
    [`${side}_workload_namespace`, namespace],
  ];
}
