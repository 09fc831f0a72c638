// The properties a search can be asked about, as they are written: NAME[:ARGUMENTS][@MARKER..MARKER]. FROM, TO and POD are workloads,
// `namespace/workload` or `namespace/*`. Those about requests look at what applications in pods ask for, not at probes, the control
// plane or the mesh's own pods; a span between two markers of the scenario limits them to what was asked within it.
import { parseDuration } from '../scenario/index.ts';
import type { Trace, TraceRecord } from '../trace/index.ts';
import { connectionsBetweenPods } from './connections.ts';
import type { Margin } from './footprints.ts';
import type { Pods } from './pods.ts';
import { isAmong, podsOf } from './pods.ts';
import type { Judgement, Property, UnreadableProperty, Violation } from './property.ts';

/** Microseconds of the run: from `first` on, before `end`. */
interface Span {
  readonly first: number;
  readonly end: number;
}
const always: Span = { first: 0, end: Infinity };

interface Form {
  readonly usage: string;
  readonly argumentsMax: number;
  /** Whether it is about what is asked, and so can be limited to a span. */
  readonly hasSpan: boolean;
  /** Undefined when the arguments do not fit. */
  read(args: readonly string[], span: Span): ((trace: Trace) => Judged) | undefined;
}

/** What a property says of a trace, apart from whom it names. */
type Judged = Omit<Judgement, 'strangers'>;

/** Response flags of Envoy's access log: envoyproxy/envoy:source/common/stream_info/utility.h at 1.36. */
const flags: ReadonlySet<string> = new Set(
  'DC DF DI DO DPE DR DT FI IH LH LR NC NFCF NR OM RFCF RL RLSE SI UAEX UC UDO UF UH UMSDR UO UPE UR URX UT'.split(' '),
);

const job = /^[a-z0-9.-]+\/[a-z0-9.-]+$/;
const pattern = /^[a-z0-9.-]+\/([a-z0-9.-]+|\*)$/;
const isPattern = (text: string | undefined): text is string => text !== undefined && pattern.test(text);
const arePatterns = (args: readonly string[]): boolean => args.every(isPattern);

/** By name, in the order of the alphabet. */
const forms: Readonly<Record<string, Form>> = {
  'answered-within': {
    usage: 'answered-within:SPAN[,FROM]',
    argumentsMax: 2,
    hasSpan: true,
    read([written = '', from], span) {
      const limit = parseDuration(written);
      if (limit === undefined || (from !== undefined && !isPattern(from))) return undefined;
      return (trace) => answeredWithin(requestsOf(trace, from, span), limit, endOf(trace));
    },
  },
  'job-completes': {
    usage: 'job-completes:NS/NAME[,SPAN]',
    argumentsMax: 2,
    hasSpan: false,
    read([name = '', within]) {
      const limit = within === undefined ? Infinity : parseDuration(within);
      return job.test(name) && limit !== undefined ? (trace) => jobCompletes(trace, name, limit) : undefined;
    },
  },
  'never-allowed': {
    usage: 'never-allowed:FROM,TO',
    argumentsMax: 2,
    hasSpan: true,
    read: ([from, to], span) =>
      isPattern(from) && isPattern(to) ? (trace) => neverAllowed(trace, requestsOf(trace, from, span), to) : undefined,
  },
  'no-failed-request': {
    usage: 'no-failed-request[:FROM]',
    argumentsMax: 1,
    hasSpan: true,
    read: ([from], span) =>
      from === undefined || isPattern(from) ? (trace) => noneFails(requestsOf(trace, from, span)) : undefined,
  },
  'no-flag': {
    usage: 'no-flag:FLAG',
    argumentsMax: 1,
    hasSpan: true,
    read: ([flag], span) =>
      flag === undefined || !flags.has(flag) ? undefined : (trace) => noFlag(requestsOf(trace, undefined, span), flag),
  },
  'no-killed-pod': {
    usage: 'no-killed-pod[:POD]',
    argumentsMax: Infinity,
    hasSpan: false,
    read: (args) => (arePatterns(args) ? (trace) => noneKilled(trace, args) : undefined),
  },
  'no-plaintext': {
    usage: 'no-plaintext:FROM,TO',
    argumentsMax: 2,
    hasSpan: true,
    read: ([from, to], span) =>
      isPattern(from) && isPattern(to) ? (trace) => noPlaintext(trace, from, to, span) : undefined,
  },
  'pods-ready': {
    usage: 'pods-ready:POD',
    argumentsMax: Infinity,
    hasSpan: false,
    read: (args) => (args.length > 0 && arePatterns(args) ? (trace) => allReady(trace, args) : undefined),
  },
  'pods-unrestarted': {
    usage: 'pods-unrestarted[:POD]',
    argumentsMax: Infinity,
    hasSpan: false,
    read: (args) => (arePatterns(args) ? (trace) => noneRestarted(trace, args) : undefined),
  },
  'stream-never-cut': {
    usage: 'stream-never-cut[:FROM]',
    argumentsMax: 1,
    hasSpan: true,
    read: ([from], span) =>
      from === undefined || isPattern(from)
        ? (trace) => noneFails(requestsOf(trace, from, span).filter(isLong))
        : undefined,
  },
};

/** How each property is written. */
export const propertyUsages: readonly string[] = Object.values(forms).map(({ usage }) => usage);

/** Reads a property. `markers` are those of the scenario. */
export function readProperty(
  text: string,
  markers: readonly { readonly at: number; readonly name: string }[] = [],
): Property | UnreadableProperty {
  const [before = '', between, ...beyond] = text.trim().split('@');
  const [name = '', ...rest] = before.split(':');
  const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
  if (form === undefined) return { kind: 'unreadable', text, problem: 'unknown', usage: propertyUsages.join('  ') };
  const wrong = { kind: 'unreadable', text, problem: 'arguments', usage: form.usage } as const;
  if (between !== undefined && !form.hasSpan) return wrong;
  const span = between === undefined ? always : beyond.length > 0 ? undefined : spanOf(between, markers);
  if (span === undefined) return { kind: 'unreadable', text, problem: 'marker', usage: `${form.usage}@MARKER..MARKER` };
  const args = rest
    .join(':')
    .split(',')
    .filter((argument) => argument !== '');
  const judge = args.length > form.argumentsMax ? undefined : form.read(args, span);
  if (judge === undefined) return wrong;
  const named = name === 'job-completes' ? [] : args.filter(isPattern);
  return { text, judge: (trace) => ({ ...judge(trace), strangers: strangersIn(trace, named) }) };
}

/** Patterns that no pod of a trace is meant by. */
function strangersIn(trace: Trace, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return [];
  const pods = podsOf(trace).all();
  return patterns.filter((one) => !pods.some((pod) => isAmong(pod, [one])));
}

/** All of them at once. */
export function allOf(properties: readonly Property[]): Property {
  return {
    text: properties.map((property) => property.text).join(' and '),
    judge(trace) {
      const judgements = properties.map((property) => property.judge(trace));
      return {
        violations: judgements.flatMap(({ violations }) => violations).toSorted((a, b) => a.at - b.at),
        margins: judgements.flatMap(({ margins }) => margins),
        // Where one of them is about lives, any traffic may be what they meet.
        asked: judgements.some(({ asked }) => asked.length === 0) ? [] : judgements.flatMap(({ asked }) => asked),
        judged: Math.min(...judgements.map(({ judged }) => judged)),
        strangers: [...new Set(judgements.flatMap(({ strangers }) => strangers))],
      };
    },
  };
}

function spanOf(text: string, markers: readonly { readonly at: number; readonly name: string }[]): Span | undefined {
  const [first = '', last = ''] = text.split('..');
  const instant = (name: string, otherwise: number): number | undefined =>
    name === '' ? otherwise : (markers.find((marker) => marker.name === name)?.at ?? parseDuration(name));
  const from = instant(first, 0);
  const end = instant(last, Infinity);
  return from === undefined || end === undefined || from >= end ? undefined : { first: from, end };
}

// --- requests

interface Asked {
  readonly request: TraceRecord<'request'>;
  /** `namespace/pod`. */
  readonly client: string;
  readonly answer: TraceRecord<'response'> | undefined;
}

const meshNamespaces = ['istio-system/', 'kube-system/'];

/** What applications in pods asked for, in order. */
function requestsOf(trace: Trace, from: string | undefined, span: Span): readonly Asked[] {
  const pods = podsOf(trace);
  const answers = new Map<number, TraceRecord<'response'>>();
  for (const response of trace.select(['response'])) answers.set(response.request, response);
  const asked: Asked[] = [];
  for (const request of trace.select(['request'])) {
    const client = pods.inside(request.netns);
    if (client === undefined || meshNamespaces.some((mesh) => client.name.startsWith(mesh))) continue;
    if (request.at < span.first || request.at >= span.end || (from !== undefined && !isAmong(client, [from]))) continue;
    asked.push({ request, client: client.name, answer: answers.get(request.id) });
  }
  return asked;
}

function countOf(asked: readonly Asked[]): Pick<Judgement, 'asked' | 'judged'> {
  return { asked: asked.map(({ request }) => request.id), judged: asked.length };
}

const endOf = (trace: Trace): number => (trace.length === 0 ? 0 : trace.timeOf(trace.length - 1));

function failure({ request, client, answer }: Asked): Violation[] {
  if (answer === undefined || answer.ok) return [];
  const params = { client, url: request.url, result: answer.result };
  return [{ record: answer.id, at: answer.at, sentence: 'request-failed', params }];
}

function noneFails(asked: readonly Asked[]): Judged {
  return { violations: asked.flatMap(failure), margins: [], ...countOf(asked) };
}

/** A stream or a bare connection: what lasts, and what a drain can cut. */
function isLong({ request }: Asked): boolean {
  return request.protocol === 'grpc' || request.protocol === 'tcp';
}

/** A request without an answer is late once the run has gone on for so long after it. */
function answeredWithin(asked: readonly Asked[], limit: number, end: number): Judged {
  const violations: Violation[] = [];
  const margins: Margin[] = [];
  for (const one of asked) {
    const { request, client, answer } = one;
    const took = (answer?.at ?? end) - request.at;
    if (answer !== undefined) margins.push({ earlier: request.id, later: answer.id, slack: limit + 1 - took });
    if (took > limit) {
      const params = { client, url: request.url, within: limit };
      const sentence = answer === undefined ? 'request-unanswered' : 'request-late';
      violations.push({ record: answer?.id ?? request.id, at: answer?.at ?? request.at + limit, sentence, params });
    } else violations.push(...failure(one));
  }
  return { violations, margins, ...countOf(asked) };
}

function neverAllowed(trace: Trace, asked: readonly Asked[], to: string): Judged {
  const pods = podsOf(trace);
  const byId = new Map(asked.map((one) => [one.request.id, one]));
  const homes = new Map<number, TraceRecord<'process'>['netns']>();
  const violations: Violation[] = [];
  for (const record of trace.select(['process', 'served'])) {
    if (record.kind === 'process') {
      if (record.event === 'started') homes.set(record.process, record.netns);
      continue;
    }
    const one = byId.get(record.request);
    const netns = homes.get(record.process);
    const server = netns === undefined ? undefined : pods.inside(netns);
    if (one === undefined || server === undefined || !isAmong(server, [to])) continue;
    const params = { client: one.client, server: server.name, url: one.request.url };
    violations.push({ record: record.id, at: record.at, sentence: 'request-allowed', params });
  }
  return { violations, margins: [], ...countOf(asked) };
}

function noFlag(asked: readonly Asked[], flag: string): Judged {
  const violations = asked.flatMap((one): Violation[] => {
    const { answer } = one;
    if (answer === undefined || !answer.result.split(/[ ,]/).includes(flag)) return [];
    const params = { client: one.client, url: one.request.url, result: answer.result };
    return [{ record: answer.id, at: answer.at, sentence: 'flag-seen', params }];
  });
  return { violations, margins: [], ...countOf(asked) };
}

function noPlaintext(trace: Trace, from: string, to: string, { first, end }: Span): Judged {
  const among = connectionsBetweenPods(trace).filter(
    (one) =>
      !one.isWithinPod &&
      isAmong(one.client, [from]) &&
      isAmong(one.server, [to]) &&
      one.first.at >= first &&
      one.first.at < end,
  );
  const violations = among
    .filter((one) => !one.first.encrypted || one.clientIdentity === '' || one.serverIdentity === '')
    .map(({ first: packet, client, server }): Violation => {
      const params = { client: client.name, server: server.name };
      return { record: packet.id, at: packet.at, sentence: 'connection-plain', params };
    });
  return { violations, margins: [], asked: [], judged: among.length };
}

// --- lives

function noneKilled(trace: Trace, among: readonly string[]): Judged {
  return ofContainers(trace, among, (container) =>
    container.state === 'terminated' && container.exitCode === 137 ? 'container-killed' : undefined,
  );
}

function noneRestarted(trace: Trace, among: readonly string[]): Judged {
  return ofContainers(trace, among, (container, before) =>
    container.restarts > (before?.restarts ?? 0) ? 'container-restarted' : undefined,
  );
}

type ContainerRecord = TraceRecord<'container'>;

function ofContainers(
  trace: Trace,
  among: readonly string[],
  broken: (container: ContainerRecord, before: ContainerRecord | undefined) => Violation['sentence'] | undefined,
): Judged {
  const pods = podsOf(trace);
  const latest = new Map<string, ContainerRecord>();
  const violations: Violation[] = [];
  for (const container of trace.select(['container'])) {
    const pod = pods.pod(container.pod);
    if (pod === undefined || !isGiven(pods, container.pod, among)) continue;
    const key = `${pod.name} ${container.name}`;
    const before = latest.get(key);
    const sentence = broken(container, before);
    latest.set(key, container);
    if (sentence === undefined) continue;
    // A container that runs again says nothing of why: what it was before does.
    const reason = container.reason === '' ? (before?.reason ?? '') : container.reason;
    const params = { container: container.name, pod: pod.name, reason };
    violations.push({ record: container.id, at: container.at, sentence, params });
  }
  return { violations, margins: [], asked: [], judged: latest.size };
}

function isGiven(pods: Pods, entity: ContainerRecord['pod'], among: readonly string[]): boolean {
  const pod = pods.pod(entity);
  if (pod === undefined) return false;
  return among.length > 0 ? isAmong(pod, among) : !meshNamespaces.some((mesh) => pod.name.startsWith(mesh));
}

function jobCompletes(trace: Trace, job: string, limit: number): Judged {
  let judged = 0;
  for (const record of trace.select(['object', 'event'])) {
    if (record.resource !== 'Job' || `${record.namespace}/${record.name}` !== job) continue;
    judged += 1;
    if (record.kind !== 'event' || record.reason !== 'Completed') continue;
    const slack = limit + 1 - record.at;
    const margins = limit === Infinity ? [] : [{ earlier: undefined, later: record.id, slack }];
    if (record.at <= limit) return { violations: [], margins, asked: [], judged };
  }
  const at = Math.min(limit, endOf(trace));
  const unfinished: Violation = { record: undefined, at, sentence: 'job-unfinished', params: { job } };
  return { violations: [unfinished], margins: [], asked: [], judged };
}

/** Every pod of the workloads that is there at the end is ready. */
function allReady(trace: Trace, among: readonly string[]): Judged {
  const latest = new Map<number, TraceRecord<'pod'>>();
  const pods = podsOf(trace);
  for (const pod of trace.select(['pod'])) if (isGiven(pods, pod.pod, among)) latest.set(pod.pod, pod);
  const standing = [...latest.values()].filter(({ phase }) => phase !== 'Gone' && phase !== 'Succeeded');
  const violations = standing
    .filter(({ ready }) => !ready)
    .map(({ id, at, namespace, name }): Violation => {
      return { record: id, at, sentence: 'pod-unready', params: { pod: `${namespace}/${name}` } };
    });
  return { violations, margins: [], asked: [], judged: latest.size };
}
