// What a step's file states: how its fields are read, and what becomes of the case.
import * as v from 'valibot';
import type { ConformanceCluster } from './cluster.ts';
import type { Env } from './environment.ts';
import { issuesOf, type Step, type StepResult } from './protocol.ts';

/** A case between two steps. */
export interface CaseState {
  readonly env: Env;
  readonly cluster: ConformanceCluster;
}

/** What a step leaves: its result, and the case as the next step finds it. */
export interface Outcome {
  readonly result: StepResult;
  readonly state: CaseState;
}

export interface StepKind {
  readonly kind: string;
  readonly carryOut: (step: Step, state: CaseState) => Outcome;
}

/** A kind of step that asks and changes nothing. */
export function question<S>(
  kind: string,
  schema: v.GenericSchema<unknown, S>,
  answer: (step: S, state: CaseState) => StepResult,
): StepKind {
  return { kind, carryOut: (step, state) => ({ result: answer(read(schema, step), state), state }) };
}

/** A kind of step that changes the cluster. */
export function change<S>(
  kind: string,
  schema: v.GenericSchema<unknown, S>,
  next: (step: S, cluster: ConformanceCluster) => ConformanceCluster,
): StepKind {
  return {
    kind,
    carryOut: (step, state) => ({
      result: {},
      state: { ...state, cluster: next(read(schema, step), state.cluster) },
    }),
  };
}

/** The answer where the engine does not do something yet: a failure with a name. */
export function unsupported(feature: string): { readonly unsupported: string } {
  return { unsupported: feature };
}

function read<S>(schema: v.GenericSchema<unknown, S>, step: Step): S {
  const parsed = v.safeParse(schema, step);
  if (!parsed.success) throw new Error(`the step ${step.kind} cannot be read: ${issuesOf(parsed.issues)}`);
  return parsed.output;
}
