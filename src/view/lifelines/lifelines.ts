// Lives on one axis of time: a line for each pod and each of its containers, what consumers know of each Service's endpoints, and the
// requests between workloads beneath. A pod's states are the conditions its EndpointSlice gives it. Probes by exec leave no request:
// of those only failures are shown, as events of the pod.

import type { AnyEntityId } from '../../kernel/index.ts';
import { columnsOf, countBefore, lastBefore } from '../run/columns.ts';
import type { PodEntry } from '../run/entries.ts';
import { workloadName } from '../run/place.ts';
import { isCompleted, isGone } from '../run/pod-phase.ts';
import type { RunIndex } from '../run/run-index.ts';
import { type AxisFigure, axisOf } from '../timeline/axis.ts';
import type { Stretch } from '../timeline/stretch.ts';

/**
 * - `waiting`: not started, or between two starts. `running`: started, not ready (an endpoint that is not ready).
 * - `ready`: takes requests (ready and serving). `serving`: on its way out and still ready (serving and terminating).
 * - `draining`: on its way out (terminating). Nothing is drawn of what is gone.
 * - `known`, `learning`: consumers agree about a Service's endpoints, or have heard different things.
 */
export type LifeState = 'waiting' | 'running' | 'ready' | 'serving' | 'draining' | 'known' | 'learning';

export interface LifeSpan {
  /** Microseconds; the last one of something that still lives ends with the stretch. */
  readonly from: number;
  readonly to: number;
  readonly state: LifeState;
  /** `2/3`, ready endpoints of all; empty for pods and containers. */
  readonly figure: string;
  /** The record that began it. */
  readonly id: number;
}

export type LifeSign = 'probe-ok' | 'probe-failed' | 'hook' | 'SIGTERM' | 'SIGKILL' | 'restart' | 'answered' | 'failed';

export interface LifeMark {
  /** Microseconds. */
  readonly at: number;
  readonly sign: LifeSign;
  readonly id: number;
}

export type LifeSubject =
  | { readonly kind: 'pod'; readonly pod: AnyEntityId; readonly name: string; readonly station: string }
  | { readonly kind: 'container'; readonly pod: AnyEntityId; readonly name: string; readonly role: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'requests'; readonly from: string; readonly to: string };

export interface Lifeline {
  readonly key: string;
  readonly subject: LifeSubject;
  /** In order, without overlap. */
  readonly spans: readonly LifeSpan[];
  readonly marks: readonly LifeMark[];
}

export interface Lifelines {
  /** Seconds along the axis. */
  readonly axis: readonly AxisFigure[];
  readonly lines: readonly Lifeline[];
  /** Pods that have no line because there are too many. */
  readonly left: number;
}

export interface LifelinesFrame {
  readonly stretch: Stretch;
  /** CSS pixels of the axis. */
  readonly width: number;
  /** The selected pod, -1 for none: it has its line in any case. */
  readonly pod: AnyEntityId;
  /** Pods whose containers have lines. */
  readonly isOpen: (pod: AnyEntityId) => boolean;
}

/** Pods that have lines at once; requests and Services likewise. */
const LINES_MAX = 24;
const AXIS_STEP = 90;

const stateAt = columnsOf('state');
const processAt = columnsOf('process');
const containerAt = columnsOf('container');
const responseAt = columnsOf('response');
const requestAt = columnsOf('request');

export function lifelinesOf(index: RunIndex, frame: LifelinesFrame): Lifelines {
  const { stretch, width, isOpen } = frame;
  const pods = podsOf(index, frame);
  const shown = pods.filter(({ entity }, at) => at < LINES_MAX || entity === frame.pod);
  const lines = [
    ...shown.flatMap((pod) => [podLine(index, pod), ...(isOpen(pod.entity) ? containerLines(index, pod) : [])]),
    ...serviceLines(index).slice(0, LINES_MAX),
    ...requestLines(index, stretch).slice(0, LINES_MAX),
  ];
  return {
    axis: axisOf(stretch, Math.max(2, Math.floor(width / AXIS_STEP))),
    lines: lines.map((line) => within(line, stretch, width)),
    left: pods.length - shown.length,
  };
}

/** Pods that lived within the stretch: applications, then the mesh's own, in order of appearance. */
function podsOf(index: RunIndex, { stretch }: LifelinesFrame): readonly PodEntry[] {
  const rank = ({ role }: PodEntry): number => (role === 'workload' ? 0 : 1);
  return [...index.cluster.pods.values()]
    .filter((pod) => index.trace.timeOf(pod.first) <= stretch.to && endOf(index, pod) >= stretch.from)
    .toSorted((a, b) => rank(a) - rank(b) || a.first - b.first);
}

/** Microseconds; Infinity while a pod is there. */
function endOf({ trace }: RunIndex, pod: PodEntry): number {
  const last = pod.changes.at(-1);
  return last !== undefined && isGone(trace.getAs(last, 'pod').phase) ? trace.timeOf(last) : Infinity;
}

function podLine(index: RunIndex, pod: PodEntry): Lifeline {
  const { trace } = index;
  const spans = spansOf(index, [...pod.changes, ...pod.states], (cursor) => podState(index, pod, cursor));
  const told = new Set(answersOf(index, pod).map((id) => trace.timeOf(id)));
  const marks = index.milestones.unhealthy
    .filter((id) => {
      const { namespace, name, at } = trace.getAs(id, 'event');
      const isOwn = namespace === pod.namespace && name === pod.name && at >= trace.timeOf(pod.first);
      return isOwn && !told.has(at); // its container's line has those
    })
    .map((id): LifeMark => ({ at: trace.timeOf(id), sign: 'probe-failed', id }));
  const subject = { kind: 'pod', pod: pod.entity, name: pod.name, station: pod.station } as const;
  return { key: trace.entity(pod.entity).path, subject, spans, marks };
}

function answersOf(index: RunIndex, pod: PodEntry): readonly number[] {
  const path = index.trace.entity(pod.entity).path;
  return [...pod.containers.keys()].flatMap((name) => index.readiness.recordsOf(`${path}/${name}`).answers);
}

function podState(index: RunIndex, pod: PodEntry, cursor: number): LifeState | undefined {
  const record = index.cluster.pod(pod.entity, cursor);
  if (record === undefined || isGone(record.phase) || isCompleted(record.phase) || record.phase === 'Failed')
    return undefined;
  if (index.cluster.podState(pod, cursor).startsWith('terminating')) return record.ready ? 'serving' : 'draining';
  if (record.ready) return 'ready';
  return record.phase === 'Running' ? 'running' : 'waiting';
}

function containerLines(index: RunIndex, pod: PodEntry): readonly Lifeline[] {
  const { trace, readiness } = index;
  const pathOfPod = trace.entity(pod.entity).path;
  const signals = signalsOf(index, pathOfPod);
  return [...pod.containers.values()].map(({ name, role, changes }) => {
    const path = `${pathOfPod}/${name}`;
    const { states, probes, verdicts, answers } = readiness.recordsOf(path);
    const first = probes[0] === undefined ? [] : [probes[0]];
    const spans = spansOf(index, [...states, ...verdicts, ...first], (cursor) => {
      return containerState(index, { pod, name, role, states, probes, verdicts }, cursor);
    });
    const marks = [
      ...answers.map((id): LifeMark => {
        const sign = trace.operand(id, responseAt.ok) === 1 ? 'probe-ok' : 'probe-failed';
        return { at: trace.timeOf(id), sign, id };
      }),
      ...states
        .filter((id) => isHook(trace.textAt(trace.operand(id, stateAt.to))))
        .map((id): LifeMark => ({ at: trace.timeOf(id), sign: 'hook', id })),
      ...changes
        .filter(
          (id) =>
            trace.operand(id, containerAt.restarts) > 0 &&
            trace.textAt(trace.operand(id, containerAt.state)) === 'running',
        )
        .map((id): LifeMark => ({ at: trace.timeOf(id), sign: 'restart', id })),
      ...(signals.get(name) ?? []),
    ].toSorted((a, b) => a.id - b.id);
    return { key: path, subject: { kind: 'container', pod: pod.entity, name, role }, spans, marks };
  });
}

function isHook(state: string): boolean {
  return state === 'up.postStart' || state === 'stopping.hook';
}

interface StatedContainer {
  readonly pod: PodEntry;
  readonly name: string;
  readonly role: string;
  readonly states: readonly number[];
  readonly probes: readonly number[];
  readonly verdicts: readonly number[];
}

function containerState(
  index: RunIndex,
  { pod, name, role, states, probes, verdicts }: StatedContainer,
  cursor: number,
): LifeState | undefined {
  const id = lastBefore(states, cursor);
  if (id < 0) return undefined;
  const [state = ''] = index.trace.textAt(index.trace.operand(id, stateAt.to)).split('.');
  // One that is ever probed is not ready before the first answer.
  const isJudged = probes.length === 0 || lastBefore(verdicts, cursor) >= 0;
  switch (state) {
    case 'up':
      return isJudged && role !== 'init' && index.readiness.isReady(pod, name, cursor) ? 'ready' : 'running';
    case 'stopping':
    case 'killing':
      return 'draining';
    case 'exited':
    case 'ended':
      return undefined;
    default:
      return 'waiting';
  }
}

/** Signals to the processes of a pod, by container. */
function signalsOf(index: RunIndex, pathOfPod: string): ReadonlyMap<string, readonly LifeMark[]> {
  const { trace } = index;
  const signals = new Map<string, LifeMark[]>();
  for (const { entity, changes } of index.hosts.processes.values()) {
    const { path } = trace.entity(entity);
    if (!path.startsWith(`${pathOfPod}/`)) continue;
    const name = path.slice(pathOfPod.length + 1).replace(/[#/].*$/, '');
    for (const id of changes) {
      const detail = trace.textAt(trace.operand(id, processAt.detail));
      if (trace.textAt(trace.operand(id, processAt.event)) !== 'signalled') continue;
      if (detail !== 'SIGTERM' && detail !== 'SIGKILL') continue;
      signals.set(name, [...(signals.get(name) ?? []), { at: trace.timeOf(id), sign: detail, id }]);
    }
  }
  return signals;
}

/** What consumers know of each Service: one line a Service, hatched while they have heard different things. */
function serviceLines(index: RunIndex): readonly Lifeline[] {
  const { trace } = index;
  const known = new Map<string, Map<string, string>>();
  const spans = new Map<string, LifeSpan[]>();
  for (const id of index.milestones.endpoints) {
    const { consumer, service, ready, total } = trace.getAs(id, 'endpoints');
    const heard = known.get(service) ?? new Map<string, string>();
    known.set(service, heard.set(consumer, `${String(ready)}/${String(total)}`));
    const figures = [...new Set(heard.values())];
    const line = spans.get(service) ?? [];
    spans.set(service, line);
    const figure = figures.join(' · ');
    extend(line, { at: trace.timeOf(id), id, state: figures.length === 1 ? 'known' : 'learning', figure });
  }
  return [...spans].map(([name, line]) => ({
    key: `service/${name}`,
    subject: { kind: 'service', name },
    spans: line,
    marks: [],
  }));
}

/** Who asked whom, by workload and host; each request at its end. */
function requestLines(index: RunIndex, stretch: Stretch): readonly Lifeline[] {
  const { trace, requests } = index;
  const ids = requests.responses;
  const first = countBefore(ids, index.cursorAt(stretch.from - 1));
  const marks = new Map<
    string,
    { readonly subject: Extract<LifeSubject, { readonly kind: 'requests' }>; readonly marks: LifeMark[] }
  >();
  for (const id of ids.slice(first, countBefore(ids, index.cursorAt(stretch.to)))) {
    const request = trace.operand(id, responseAt.request);
    const from = callerOf(index, trace.operand(request, requestAt.netns) as AnyEntityId); // an entity operand
    const to = hostOf(trace.textAt(trace.operand(request, requestAt.url)));
    const key = `requests/${from}/${to}`;
    const line = marks.get(key) ?? { subject: { kind: 'requests', from, to }, marks: [] };
    marks.set(key, line);
    line.marks.push({ at: trace.timeOf(id), sign: trace.operand(id, responseAt.ok) === 1 ? 'answered' : 'failed', id });
  }
  return [...marks].map(([key, { subject, marks: own }]) => ({ key, subject, spans: [], marks: own }));
}

function callerOf(index: RunIndex, netns: AnyEntityId): string {
  const pod = index.cluster.pods.get(index.hosts.netns.get(netns)?.pod ?? netns);
  return pod === undefined ? '' : workloadName(pod.workload);
}

/** `http://orders:8080/config` -> `orders:8080`. */
function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');
}

interface Step {
  readonly at: number;
  readonly id: number;
  readonly state: LifeState;
  readonly figure: string;
}

/** The states after each of the records, told apart. */
function spansOf(
  index: RunIndex,
  records: readonly number[],
  stateOf: (cursor: number) => LifeState | undefined,
): readonly LifeSpan[] {
  const spans: LifeSpan[] = [];
  for (const id of records.toSorted((a, b) => a - b)) {
    const at = index.trace.timeOf(id);
    const state = stateOf(id + 1);
    if (state === undefined) end(spans, at);
    else extend(spans, { at, id, state, figure: '' });
  }
  return spans;
}

function extend(spans: LifeSpan[], { at, id, state, figure }: Step): void {
  const last = spans.at(-1);
  if (last?.state === state && last.figure === figure && last.to === Infinity) return;
  end(spans, at);
  spans.push({ from: at, to: Infinity, state, figure, id });
}

/** Ends what is open; what began in the same instant has not been. */
function end(spans: LifeSpan[], at: number): void {
  const last = spans.pop();
  if (last === undefined) return;
  if (last.to !== Infinity) spans.push(last);
  else if (last.from < at) spans.push({ ...last, to: at });
}

/** What of a line can be seen: one mark a pixel and sign. */
function within({ key, subject, spans, marks }: Lifeline, { from, to }: Stretch, width: number): Lifeline {
  const pixels = new Map<string, LifeMark>();
  for (const mark of marks) {
    if (mark.at < from || mark.at > to) continue;
    const pixel = `${String(Math.round(((mark.at - from) / (to - from)) * width))} ${mark.sign}`;
    if (!pixels.has(pixel)) pixels.set(pixel, mark);
  }
  return {
    key,
    subject,
    spans: spans
      .filter((span) => span.to > from && span.from < to)
      .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) })),
    marks: [...pixels.values()],
  };
}

/** The instants of a line at which something begins or happens, in order: ways for the keys. */
export function stopsOf({ spans, marks }: Lifeline): readonly { readonly at: number; readonly id: number }[] {
  return [...spans.map(({ from, id }) => ({ at: from, id })), ...marks.map(({ at, id }) => ({ at, id }))].toSorted(
    (a, b) => a.at - b.at || a.id - b.id,
  );
}

/** The state of a line at an instant; undefined before and after its life. */
export function lifeStateAt({ spans }: Lifeline, t: number): LifeSpan | undefined {
  return spans.findLast((span) => span.from <= t && t < span.to);
}
