// The form of a check: a predicate over (trace, parameters) that says where it was broken, and why in words.
import * as v from 'valibot';
import type { Trace } from '../../trace/index.ts';
import type { SentenceKey } from '../model/index.ts';

export interface Violation {
  /** The record that decides: where the player opens. Undefined when something did not happen at all. */
  readonly record: number | undefined;
  readonly sentence: SentenceKey;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Check {
  readonly id: string;
  readonly parameters: v.GenericSchema;
  /** Every violation, the deciding one first. Throws if the parameters do not fit: loading a lesson has checked them. */
  evaluate(trace: Trace, parameters: unknown): readonly Violation[];
}

interface CheckDefinition<S extends v.GenericSchema> {
  readonly id: string;
  readonly parameters: S;
  evaluate(trace: Trace, parameters: v.InferOutput<S>): readonly Violation[];
}

/** A check whose parameters are read by its own schema. */
export function defineCheck<S extends v.GenericSchema>(definition: CheckDefinition<S>): Check {
  const { id, parameters } = definition;
  return { id, parameters, evaluate: (trace, given) => definition.evaluate(trace, v.parse(parameters, given)) };
}
