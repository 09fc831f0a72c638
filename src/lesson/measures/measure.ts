// The form of a measure: a table counted from a trace, for a text that would otherwise have to claim it.
import * as v from 'valibot';
import type { Trace } from '../../trace/index.ts';
import type { SentenceKey } from '../model/index.ts';

export interface MeasuredRow {
  readonly label: SentenceKey;
  /** Fill the label's placeholders. Default none. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly values: readonly number[];
  /** A record that was counted: what the player shows for this row. */
  readonly example: number | undefined;
}

export interface MeasuredTable {
  /** The first column holds the labels. */
  readonly columns: readonly SentenceKey[];
  readonly rows: readonly MeasuredRow[];
}

export interface Measure {
  readonly id: string;
  readonly parameters: v.GenericSchema;
  /** Throws if the parameters do not fit: loading a lesson has checked them. */
  evaluate(trace: Trace, parameters: unknown): MeasuredTable;
}

interface MeasureDefinition<S extends v.GenericSchema> {
  readonly id: string;
  readonly parameters: S;
  evaluate(trace: Trace, parameters: v.InferOutput<S>): MeasuredTable;
}

/** A measure whose parameters are read by its own schema. */
export function defineMeasure<S extends v.GenericSchema>(definition: MeasureDefinition<S>): Measure {
  const { id, parameters } = definition;
  return { id, parameters, evaluate: (trace, given) => definition.evaluate(trace, v.parse(parameters, given)) };
}
