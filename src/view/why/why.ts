// Why something happened: the places a request went through with what was decided at each, and the chain of causes behind a record.

import type { AnyEntityId } from '../../kernel/index.ts';
import { causeChain, type Origin } from '../../trace/index.ts';
import { hasOrigin } from '../log/origin.ts';
import type { ConnectionEntry, RequestEntry } from '../run/entries.ts';
import { decisionsOf } from '../run/decisions.ts';
import type { RunIndex } from '../run/run-index.ts';
import { clientLane, serverLane, type Lane } from '../sequence/lanes.ts';

export interface DecisionView {
  readonly id: number;
  readonly point: string;
  readonly chosen: string;
  readonly origin: Origin | undefined;
}

/** One place on the way of a request. */
export interface WhyStep {
  readonly lane: Lane;
  /** How the request came here from the step before; `inside`: in plaintext, but it never left the pod. */
  readonly arrival: 'start' | 'inside' | 'plaintext' | 'encrypted' | 'never';
  readonly connection: AnyEntityId | undefined;
  readonly decisions: readonly DecisionView[];
  /** Records that say how it went on here: served, failed, closed. */
  readonly outcomes: readonly number[];
}

export interface WhyModel {
  /** The record that was asked about. */
  readonly id: number;
  /** The request it belongs to; -1: none. */
  readonly request: number;
  readonly isFailed: boolean;
  readonly steps: readonly WhyStep[];
  /** Numbers of the records that led to it, first cause first, itself last. */
  readonly chain: readonly number[];
}

/** The explanation of a record. A record of a request is explained by the whole request. */
export function whyOf(index: RunIndex, id: number): WhyModel {
  const request = index.requests.of(id);
  const entry = index.requests.get(request);
  const chain = causeChain(
    index.trace,
    entry !== undefined && id === request && entry.response >= 0 ? entry.response : id,
  );
  if (entry === undefined) return { id, request: -1, isFailed: index.trace.kindOf(id) === 'failed', steps: [], chain };
  const isFailed = entry.response >= 0 && !index.trace.getAs(entry.response, 'response').ok;
  return { id, request, isFailed, steps: stepsOf(index, entry), chain };
}

interface StepDraft {
  readonly lane: Lane;
  readonly arrival: WhyStep['arrival'];
  readonly connection: AnyEntityId | undefined;
  readonly decisions: DecisionView[];
  readonly outcomes: number[];
}

function stepsOf(index: RunIndex, request: RequestEntry): readonly WhyStep[] {
  const connections = requestConnections(index, request);
  const steps: StepDraft[] = [];
  const stepAt = (lane: Lane, arrival: WhyStep['arrival'], connection: AnyEntityId | undefined): StepDraft => {
    const known = steps.find((step) => step.lane.key === lane.key);
    if (known !== undefined) return known;
    const step: StepDraft = { lane, arrival, connection, decisions: [], outcomes: [] };
    steps.push(step);
    return step;
  };
  for (const connection of connections) {
    stepAt(clientLane(index, connection), 'start', undefined);
    const step = stepAt(serverLane(index, connection), arrivalBy(connection), connection.entity);
    if (connection.failed >= 0) step.outcomes.push(connection.failed);
  }
  if (steps.length === 0) {
    const { process, netns } = index.trace.getAs(request.id, 'request');
    const program = index.hosts.processes.get(process)?.program ?? '';
    steps.push({
      lane: { key: `${process}@${netns}`, kind: 'app', program, place: '' },
      arrival: 'start',
      connection: undefined,
      decisions: [],
      outcomes: [],
    });
  }
  for (const id of decisionsOf(index, request, connections)) placeDecision(index, steps, id);
  for (const id of request.served) {
    const { process } = index.trace.getAs(id, 'served');
    (steps.find((step) => step.lane.key.startsWith(`${process}@`)) ?? steps[steps.length - 1])?.outcomes.push(id);
  }
  return steps;
}

function arrivalBy(connection: ConnectionEntry): WhyStep['arrival'] {
  if (connection.accepted < 0) return 'never';
  if (connection.secured >= 0) return 'encrypted';
  return connection.link === 'loopback' ? 'inside' : 'plaintext';
}

/** Connections that carried the request, and those that were dialled for it and never came to carry anything. */
function requestConnections(index: RunIndex, request: RequestEntry): readonly ConnectionEntry[] {
  const carried = index.connections.ofRecords(request.packets);
  const named = [
    ...request.dialled,
    ...request.decisions.map((id) => index.connections.of(id)).filter((entity) => entity >= 0),
  ];
  const dialled = [...new Set(named)]
    .flatMap((entity) => index.connections.get(entity) ?? [])
    .filter((connection) => !carried.includes(connection));
  return [...carried, ...dialled].toSorted((a, b) => firstUse(index, a, request) - firstUse(index, b, request));
}

function firstUse(index: RunIndex, connection: ConnectionEntry, request: RequestEntry): number {
  return request.packets.find((id) => index.connections.of(id) === connection.entity) ?? connection.opened;
}

function placeDecision(index: RunIndex, steps: readonly StepDraft[], id: number): void {
  const { point, chosen, origin, subject, connection } = index.trace.getAs(id, 'decision');
  const entry = index.connections.get(connection);
  // Who decides about a connection is mostly who accepted it; one ztunnel may stand at both of its ends.
  const ends = entry === undefined ? [] : [serverLane(index, entry).key, clientLane(index, entry).key];
  const end = ends.find((key) => key.startsWith(`${subject}@`)) ?? ends[1];
  const step =
    steps.find((candidate) => candidate.lane.key === end) ??
    steps.find((candidate) => candidate.lane.key.startsWith(`${subject}@`)) ??
    steps[steps.length - 1];
  step?.decisions.push({ id, point, chosen, origin: hasOrigin(origin) ? origin : undefined });
}
