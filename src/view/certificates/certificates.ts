// Who holds which certificate: for every proxy and identity, how its certificate came, how long it holds, what waits for it. From the
// `certificate` records, and from the states of ztunnel's, which tell of a fetch that nobody answered. The next certificate is due at
// half of the validity: that is when pilot-agent and ztunnel renew.
// Source: istio/istio:security/pkg/nodeagent/cache/secretcache.go rotateTime, istio/ztunnel:src/tls/certificate.rs refresh_at, at 1.31.
// Left out: what istiod itself, gateways' Secrets and applications hold; they have no life in the trace.

import { scaleLinear } from 'd3-scale';
import type { AnyEntityId } from '../../kernel/index.ts';
import { columnsOf } from '../run/columns.ts';
import { netnsName } from '../run/names.ts';
import { RecordScan } from '../run/record-scan.ts';
import type { RunIndex } from '../run/run-index.ts';
import { stationOf } from '../run/station-of.ts';

/**
 * - `waiting`: asked for, and nothing valid held. `valid`: held. `expired`: over, and no other one came.
 * - `missing`: istiod would not sign or was not there, and nothing valid is held.
 */
export type HoldingState = 'waiting' | 'valid' | 'expired' | 'missing';

export interface HoldingSpan {
  /** Microseconds; the last one of a proxy that lives has no end. */
  readonly from: number;
  readonly to: number;
  readonly state: HoldingState;
  /** The record that began it. */
  readonly id: number;
  readonly validity: Validity | undefined;
}

/** Microseconds of the run's time; what lies before it is negative. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export type HoldingSign = 'requested' | 'issued' | 'refused' | 'expired' | 'forgotten';

export interface HoldingMark {
  readonly at: number;
  readonly sign: HoldingSign;
  readonly id: number;
}

/** One certificate of one proxy, and those that followed it. */
export interface Holding {
  readonly key: string;
  readonly identity: string;
  readonly process: AnyEntityId;
  readonly program: string;
  readonly pod: string;
  readonly station: string;
  /** In order, without overlap. */
  readonly spans: readonly HoldingSpan[];
  readonly marks: readonly HoldingMark[];
}

/** A holding at an instant. */
export interface HoldingNow {
  readonly holding: Holding;
  readonly span: HoldingSpan;
  /** When the next certificate is due, in microseconds; undefined where nothing is held whose validity is known. */
  readonly renewal: number | undefined;
  /** Whether one was asked for while another is held. */
  readonly isRenewing: boolean;
  /** Connections that wait for it: their records. The proxy itself waits where it is an Envoy, which starts with its certificate. */
  readonly waiting: readonly number[];
}

const NOBODY = -1 as AnyEntityId; // what an entity operand holds when there is none
const decisionAt = columnsOf('decision');
const processAt = columnsOf('process');
const stateAt = columnsOf('state');

/** The life of a certificate that a ztunnel wants; what it belongs to is in the path of its entity. */
const LIFE = 'ztunnel.certificate';
const PART = '/certificate/';

/** Reads a run's certificates on as it grows. */
export class CertificateReader {
  readonly #records = new RecordScan(['certificate', 'state']);
  readonly #decisions = new RecordScan(['decision']);
  readonly #secured = new RecordScan(['secured']);

  /** All that were ever asked for, by proxy and identity. */
  holdings(index: RunIndex): readonly Holding[] {
    const groups = new Map<string, number[]>();
    for (const id of this.#records.of(index)) {
      const key = keyOf(index, id);
      if (key === undefined) continue;
      const own = groups.get(key);
      if (own === undefined) groups.set(key, [id]);
      else own.push(id);
    }
    const holdings = [...groups].map(([key, ids]) => holdingOf(index, key, ids));
    return holdings.toSorted((a, b) => compare(a.station, b.station) || compare(a.pod, b.pod) || compare(a.key, b.key));
  }

  /** What is held, awaited or missed at `t`; what is not yet or no more is left out. */
  at(index: RunIndex, t: number): readonly HoldingNow[] {
    const cursor = index.cursorAt(t);
    return this.holdings(index).flatMap((holding) => {
      const span = holding.spans.find(({ from, to }) => from <= t && t < to);
      if (span === undefined) return [];
      const sign = holding.marks.findLast(({ id }) => id < cursor)?.sign;
      const waiting = span.state === 'valid' ? [] : this.#waiting(index, holding, cursor);
      return [
        {
          holding,
          span,
          renewal: renewalOf(span.validity),
          isRenewing: span.state === 'valid' && sign === 'requested',
          waiting,
        },
      ];
    });
  }

  /** Connections a ztunnel has decided to send through a tunnel, which it has not opened. */
  #waiting(index: RunIndex, { process, identity, program }: Holding, cursor: number): readonly number[] {
    if (program !== 'ztunnel') return [];
    const identities = this.#identities(index);
    const found: number[] = [];
    for (const id of this.#decisions.of(index)) {
      if (id >= cursor) break;
      if (index.trace.operand(id, decisionAt.subject) !== process) continue;
      const { point, chosen, connection } = index.trace.getAs(id, 'decision');
      const entry = index.connections.get(connection);
      if (point !== 'ztunnel.outbound' || !chosen.startsWith('HBONE') || entry === undefined) continue;
      if (entry.ended >= 0 && entry.ended < cursor) continue;
      const onward = index.connections.onward.get(connection) ?? [];
      if (onward.some(({ connection: next }) => (index.connections.get(next)?.opened ?? cursor) < cursor)) continue;
      const { source } = index.trace.getAs(entry.opened, 'connection');
      if ((index.connections.tunnelled.get(source) ?? []).some((connect) => connect < cursor)) continue;
      const known = identities.get(entry.client);
      if (known === undefined ? isOfNamespace(index, entry.client, identity) : known === identity)
        found.push(entry.opened);
    }
    return found;
  }

  /** Whom a pod speaks for, by its network namespace, as far as any handshake of the run has proved it. */
  #identities(index: RunIndex): ReadonlyMap<AnyEntityId, string> {
    const identities = new Map<AnyEntityId, string>();
    for (const id of this.#secured.of(index)) {
      const { connection, client } = index.trace.getAs(id, 'secured');
      const entry = index.connections.get(connection);
      if (entry !== undefined && client !== '') identities.set(entry.client, client);
    }
    return identities;
  }
}

/** The proxy's path and the identity; undefined for what is no certificate. */
function keyOf({ trace }: RunIndex, id: number): string | undefined {
  if (trace.kindOf(id) === 'certificate') {
    const { process, identity } = trace.getAs(id, 'certificate');
    return `${trace.entity(process).path} ${identity}`;
  }
  if (trace.textAt(trace.operand(id, stateAt.machine)) !== LIFE) return undefined;
  const { path } = trace.entity(trace.operand(id, stateAt.entity) as AnyEntityId); // an entity operand
  return path.replace(PART, ' ');
}

/** `spiffe://cluster.local/ns/shop/sa/web` is of the namespace `shop`. */
function isOfNamespace(index: RunIndex, netns: AnyEntityId, identity: string): boolean {
  const pod = index.cluster.pods.get(index.hosts.netns.get(netns)?.pod ?? netns);
  return pod !== undefined && identity.includes(`/ns/${pod.namespace}/`);
}

function holdingOf(index: RunIndex, key: string, ids: readonly number[]): Holding {
  const [path = '', identity = ''] = key.split(' ');
  const entry = index.hosts.processOfPath(path);
  const process = entry?.entity ?? NOBODY;
  const pod = index.hosts.netns.get(entry?.netns ?? NOBODY)?.pod;
  return {
    key,
    identity,
    process,
    program: entry?.program ?? '',
    pod: entry === undefined ? '' : netnsName(index, entry.netns),
    station: pod === undefined || pod < 0 ? '' : stationOf(index, pod),
    spans: spansOf(index, ids, endOf(index, process)),
    marks: ids.flatMap((id) => markOf(index, id)),
  };
}

/** When a process has ended; Infinity while it lives. */
function endOf(index: RunIndex, process: AnyEntityId): number {
  const changes = index.hosts.processes.get(process)?.changes ?? [];
  const exit = changes.find((id) => index.trace.textAt(index.trace.operand(id, processAt.event)) === 'exited');
  return exit === undefined ? Infinity : index.trace.timeOf(exit);
}

function spansOf(index: RunIndex, ids: readonly number[], end: number): readonly HoldingSpan[] {
  const spans: HoldingSpan[] = [];
  let held: Validity | undefined;
  let isHeld = false;
  for (const id of ids) {
    const { at, event, detail } = eventOf(index, id);
    isHeld &&= at < (held?.notAfter ?? Infinity);
    switch (event) {
      case 'issued':
        held = validityOf(detail);
        isHeld = true;
        begin(spans, { id, at, state: 'valid', validity: held });
        break;
      case 'expired':
        isHeld = false;
        begin(spans, { id, at, state: 'expired', validity: held });
        break;
      case 'forgotten':
        isHeld = false;
        close(spans, at);
        break;
      case 'refused':
        if (!isHeld) begin(spans, { id, at, state: 'missing', validity: undefined });
        break;
      case 'requested':
        if (!isHeld) begin(spans, { id, at, state: 'waiting', validity: undefined });
        break;
      case undefined:
    }
  }
  close(spans, end);
  return spans;
}

/** What a record says of a certificate; of a life only what its records of certificates do not say. */
function eventOf(
  index: RunIndex,
  id: number,
): { readonly at: number; readonly event: HoldingSign | undefined; readonly detail: string } {
  const record = index.trace.get(id);
  const { at } = record;
  if (record.kind === 'certificate')
    return { at, event: isSign(record.event) ? record.event : undefined, detail: record.detail };
  const to = record.kind === 'state' ? record.to : '';
  return { at, event: to === 'initializing' ? 'requested' : to === 'unavailable' ? 'refused' : undefined, detail: '' };
}

interface Begin {
  readonly id: number;
  readonly at: number;
  readonly state: HoldingState;
  readonly validity: Validity | undefined;
}

function begin(spans: HoldingSpan[], { id, at, state, validity }: Begin): void {
  if (spans.at(-1)?.state === state && state !== 'valid' && spans.at(-1)?.to === Infinity) return;
  close(spans, at);
  spans.push({ from: at, to: Infinity, state, id, validity });
}

/** Ends what is open; what began in the same instant has not been. */
function close(spans: HoldingSpan[], at: number): void {
  const last = spans.pop();
  if (last === undefined) return;
  if (last.to !== Infinity) spans.push(last);
  else if (last.from < at) spans.push({ ...last, to: at });
}

const signs: ReadonlySet<string> = new Set<HoldingSign>(['requested', 'issued', 'refused', 'expired', 'forgotten']);

function markOf(index: RunIndex, id: number): readonly HoldingMark[] {
  if (index.trace.kindOf(id) !== 'certificate') return [];
  const { at, event } = eventOf(index, id);
  return event === undefined ? [] : [{ at, sign: event, id }];
}

function isSign(event: string): event is HoldingSign {
  return signs.has(event);
}

/** Time 0 of every run. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** `2025-12-31T23:58:07Z/2026-01-02T00:00:07Z`, as istiod's record says it; undefined for anything else. */
function validityOf(detail: string): Validity | undefined {
  const [notBefore = NaN, notAfter = NaN] = detail.split('/').map((text) => (Date.parse(text) - EPOCH_MS) * 1_000);
  return Number.isFinite(notBefore) && Number.isFinite(notAfter) ? { notBefore, notAfter } : undefined;
}

function renewalOf(validity: Validity | undefined): number | undefined {
  return validity === undefined ? undefined : Math.round((validity.notBefore + validity.notAfter) / 2);
}

/** CSS pixels between two figures of the axis. */
const AXIS_STEP = 90;

/** Seconds to write along an axis of a run that ends at `end`, `width` CSS pixels wide. */
export function certificateAxis(end: number, width: number): readonly number[] {
  return scaleLinear([0, end / 1e6], [0, width]).ticks(Math.max(2, Math.floor(width / AXIS_STEP)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
