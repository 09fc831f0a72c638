// Requests as somebody counts them: the applications that asked, or the proxies on the way, whose own counts Istio's standard metrics
// are. A sample is one request at its end; Envoy counts then, and writes its access log from the same figures.

import type { AnyEntityId } from '../../kernel/index.ts';
import { accessLineOf, accessParts, type AccessField } from '../access/index.ts';
import { columnsOf } from '../run/columns.ts';
import { netnsName } from '../run/names.ts';
import { INBOUND_PORT, workloadName } from '../run/place.ts';
import { podKind } from '../run/proxy-pod.ts';
import { RecordScan } from '../run/record-scan.ts';
import type { RunIndex } from '../run/run-index.ts';

const requestAt = columnsOf('request');
const responseAt = columnsOf('response');
const logAt = columnsOf('log');

/**
 * Who counts. `applications`: whoever asked, at its own socket. The others are the label `reporter` of Istio's metrics: the client's
 * proxy, the server's, a waypoint.
 */
export const counters = ['applications', 'source', 'destination', 'waypoint'] as const;
export type Counter = (typeof counters)[number];
export type Reporter = Exclude<Counter, 'applications'>;

export interface Sample {
  readonly id: number;
  /** Microseconds, its end. */
  readonly at: number;
  /** The workload that asked; empty where the one who counts does not tell. */
  readonly from: string;
  /** A Service's name or a workload. */
  readonly to: string;
  /** Answered with less than 400; for gRPC, with status 0. */
  readonly isOk: boolean;
  /** Microseconds; whole milliseconds where a proxy counts. */
  readonly latency: number;
}

/** A request as a proxy counts it: the labels of `istio_requests_total` that its access log gives away. */
export interface Reported extends Sample {
  readonly reporter: Reporter;
  readonly namespace: string;
  /** The proxy's own workload. */
  readonly workload: string;
  readonly service: string;
  readonly code: string;
  readonly flags: string;
}

/** Reads a run's requests on as it grows. */
export class SampleReader {
  readonly #logs = new RecordScan(['log']);
  readonly #reported = new Map<number, Reported | undefined>();
  #index: RunIndex | undefined;
  #cuts = 0;

  /** Samples of one who counts, in order of their ends. */
  samples(index: RunIndex, counter: Counter): readonly Sample[] {
    if (counter === 'applications') return index.requests.responses.map((id) => asked(index, id));
    return this.reported(index).filter(({ reporter }) => reporter === counter);
  }

  /** What all Envoys count. */
  reported(index: RunIndex): readonly Reported[] {
    if (index !== this.#index || index.picture.cuts !== this.#cuts) {
      this.#index = index;
      this.#cuts = index.picture.cuts;
      this.#reported.clear();
    }
    return this.#logs.of(index).flatMap((id) => {
      if (!this.#reported.has(id)) this.#reported.set(id, reportedBy(index, id));
      return this.#reported.get(id) ?? [];
    });
  }
}

function asked(index: RunIndex, id: number): Sample {
  const { trace } = index;
  const request = trace.operand(id, responseAt.request);
  return {
    id,
    at: trace.timeOf(id),
    from: workloadIn(index, trace.operand(request, requestAt.netns) as AnyEntityId), // an entity operand
    to: hostOf(trace.textAt(trace.operand(request, requestAt.url))),
    isOk: trace.operand(id, responseAt.ok) === 1,
    latency: trace.operand(id, responseAt.latency),
  };
}

/** The workload of a pod by the pod's network namespace; what a machine is called. */
function workloadIn(index: RunIndex, netns: AnyEntityId): string {
  const pod = index.cluster.pods.get(index.hosts.netns.get(netns)?.pod ?? netns);
  return pod === undefined ? netnsName(index, netns) : workloadName(pod.workload);
}

/** `http://orders:8080/config` -> `orders`. */
function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//, '').replace(/[:/].*$/, '');
}

/** A line of Envoy's that is about a request; undefined for every other record. */
function reportedBy(index: RunIndex, id: number): Reported | undefined {
  const line = accessLineOf(index, id);
  if (line?.proxy.program !== 'envoy') return undefined;
  const values = new Map(accessParts(line).map(({ field, value }) => [field, value]));
  const value = (field: AccessField): string => values.get(field) ?? '-';
  const process = index.hosts.processes.get(line.proxy.process);
  const pod = index.cluster.pods.get(
    index.hosts.netns.get(process?.netns ?? line.proxy.process)?.pod ?? line.proxy.process,
  );
  if (pod === undefined || value('request').startsWith('- ')) return undefined;
  const cluster = value('upstream_cluster');
  const reporter = reporterOf(index, { id, cluster, isWaypoint: podKind(index, pod) === 'waypoint' });
  const workload = workloadName(pod.workload);
  const service = serviceOf(cluster);
  const code = value('response_code');
  return {
    id,
    at: line.at,
    from: reporter === 'source' ? workload : '',
    to: reporter === 'destination' ? workload : service,
    isOk: Number(code) > 0 && Number(code) < 400,
    latency: Number(value('duration')) * 1_000,
    reporter,
    namespace: pod.namespace,
    workload,
    service,
    code,
    flags: value('response_flags'),
  };
}

interface ReportingLine {
  readonly id: number;
  readonly cluster: string;
  readonly isWaypoint: boolean;
}

function reporterOf(index: RunIndex, { id, cluster, isWaypoint }: ReportingLine): Reporter {
  if (isWaypoint) return 'waypoint';
  if (cluster.startsWith('inbound|')) return 'destination';
  // What was answered before a cluster was chosen is told by the listener that took it.
  const connection = index.connections.get(index.trace.operand(id, logAt.connection) as AnyEntityId); // an entity operand
  return cluster === '-' && connection?.acceptedPort === INBOUND_PORT ? 'destination' : 'source';
}

/** `outbound|8080||orders.shop.svc.cluster.local` -> `orders`; the names of Envoy's own clusters stay; `unknown` without one. */
function serviceOf(cluster: string): string {
  if (cluster === '-') return 'unknown';
  const host = cluster.split('|')[3];
  return host === undefined || host === '' ? cluster : host.replace(/\..+\.svc\..+$/, '');
}
