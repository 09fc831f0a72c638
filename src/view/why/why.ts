// Why something happened: the places a request went through with what was decided at each, and the chain of causes behind a record.

import type { AnyEntityId } from '../../kernel/index.ts';
import { causeChain, type Origin } from '../../trace/index.ts';
import { hasOrigin } from '../log/sentence.ts';
import type { ConnectionEntry, RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { clientLane, connectionsOf, serverLane, type Lane } from '../sequence/sequence.ts';

export interface DecisionView {
  readonly id: number;
  readonly point: string;
  readonly chosen: string;
  readonly origin: Origin | undefined;
}

/** One place on the way of a request. */
export interface WhyStep {
  readonly lane: Lane;
  /** How the request came here from the step before. */
  readonly arrival: 'start' | 'plaintext' | 'encrypted' | 'never';
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
  const request = index.requestOf(id);
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
    const arrival = connection.accepted < 0 ? 'never' : connection.secured >= 0 ? 'encrypted' : 'plaintext';
    const step = stepAt(serverLane(index, connection), arrival, connection.entity);
    if (connection.failed >= 0) step.outcomes.push(connection.failed);
  }
  if (steps.length === 0) {
    const { process, netns } = index.trace.getAs(request.id, 'request');
    const program = index.processes.get(process)?.program ?? '';
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

/** Connections that carried the request, and those that were dialled for it and never came to carry anything. */
function requestConnections(index: RunIndex, request: RequestEntry): readonly ConnectionEntry[] {
  const carried = connectionsOf(index, request.packets);
  const named = request.decisions.map((id) => index.connectionOf(id)).filter((entity) => entity >= 0);
  const dialled = [...new Set(named)]
    .flatMap((entity) => index.connections.get(entity) ?? [])
    .filter((connection) => !carried.includes(connection));
  return [...carried, ...dialled].toSorted((a, b) => firstUse(index, a, request) - firstUse(index, b, request));
}

function firstUse(index: RunIndex, connection: ConnectionEntry, request: RequestEntry): number {
  return request.packets.find((id) => index.connectionOf(id) === connection.entity) ?? connection.opened;
}

function decisionsOf(
  index: RunIndex,
  request: RequestEntry,
  connections: readonly ConnectionEntry[],
): readonly number[] {
  const ids = new Set(request.decisions);
  for (const connection of connections)
    for (const id of index.decisionsByConnection.get(connection.entity) ?? []) ids.add(id);
  const last = request.response >= 0 ? request.response : Infinity;
  return [...ids].filter((id) => id <= last).toSorted((a, b) => a - b);
}

function placeDecision(index: RunIndex, steps: readonly StepDraft[], id: number): void {
  const { point, chosen, origin, subject, connection } = index.trace.getAs(id, 'decision');
  const bySubject = steps.filter((step) => step.lane.key.startsWith(`${subject}@`));
  const entry = index.connections.get(connection);
  const ends = entry === undefined ? [] : [serverLane(index, entry).key, clientLane(index, entry).key];
  const step =
    bySubject.find((candidate) => ends.includes(candidate.lane.key)) ??
    bySubject[0] ??
    steps.find((candidate) => candidate.lane.key === ends[1]) ??
    steps[steps.length - 1];
  step?.decisions.push({ id, point, chosen, origin: hasOrigin(origin) ? origin : undefined });
}
