// Which faults a request meets: of each kind a share of requests, drawn apart. Pure.
// Source: envoyproxy/envoy:source/extensions/filters/http/fault/fault_filter.cc at 1.37.
import { originOrNone } from '../routing/index.ts';
import type { Fault } from '../routing/index.ts';
import type { Trail } from '../trail.ts';

export interface FaultOutcome {
  /** Microseconds the request waits; undefined: it does not. */
  readonly delay: number | undefined;
  readonly abort: Fault['abort'];
}

const source = 'envoyproxy/envoy:source/extensions/filters/http/fault/fault_filter.cc';

/** `drawn`: numbers below a million, for the delay and for the abort. */
export function decideFault(fault: Fault, drawn: readonly [number, number], trail?: Trail): FaultOutcome {
  const { delay, abort } = fault;
  const isDelayed = delay !== undefined && drawn[0] < delay.share;
  const isAborted = abort !== undefined && drawn[1] < abort.share;
  const tell = (rule: string, isMet: boolean, share: number, what: string): void => {
    const params = { percent: share / 10_000, what };
    const why = { params, origin: originOrNone(fault), source };
    if (isMet) trail?.took(rule, why);
    else trail?.left(what, 'envoy.fault.spared', why);
  };
  if (delay !== undefined) tell('envoy.fault.delayed', isDelayed, delay.share, delayText(delay.micros));
  if (abort !== undefined) tell('envoy.fault.aborted', isAborted, abort.share, abortText(abort));
  if (!isDelayed && !isAborted) trail?.took('envoy.fault.none', { origin: originOrNone(fault), source });
  return { delay: isDelayed ? delay.micros : undefined, abort: isAborted ? abort : undefined };
}

/** The outcome in one line, for its record. */
export function faultChoice({ delay, abort }: FaultOutcome): string {
  const parts = [
    ...(delay === undefined ? [] : [`delay ${delayText(delay)}`]),
    ...(abort === undefined ? [] : [`abort ${abortText(abort)}`]),
  ];
  return parts.length === 0 ? 'no fault' : parts.join(', ');
}

function delayText(span: number): string {
  return `${span / 1_000_000} s`;
}

function abortText({ kind, status }: NonNullable<Fault['abort']>): string {
  return kind === 'http' ? String(status) : `gRPC status ${status}`;
}
