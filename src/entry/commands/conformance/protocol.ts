// What the judge of upstream cases sends and what it gets back, one JSON object a line. Read by schema, never cast.
// A step says its kind; what else it holds is read by the file of that kind (steps/).
import * as v from 'valibot';
import { envSchema } from './environment.ts';

const stepSchema = v.looseObject({ kind: v.string() });

const requestSchema = v.object({
  /** Echoed back. */
  seq: v.number(),
  /** YAML texts, each of one document or several; all applied before the first step. */
  manifests: v.optional(v.array(v.string()), []),
  env: v.optional(envSchema, {}),
  /** Carried out in order on one cluster. */
  steps: v.array(stepSchema),
});

export type ConformanceRequest = v.InferOutput<typeof requestSchema>;
export type Step = v.InferOutput<typeof stepSchema>;

export interface ConformanceReply {
  readonly seq: number;
  /** One a step, unless the line could not be read. */
  readonly results: readonly StepResult[];
  /** Why a line was no request. */
  readonly exception?: string;
}

/** The fields depend on the step's kind; `unsupported` names what the engine does not do yet, `exception` says what broke. */
export type StepResult = object;

/** A line's request, or why it is none. */
export function readRequest(line: string): ConformanceRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not a JSON object';
  }
  const read = v.safeParse(requestSchema, value);
  return read.success ? read.output : `not a conformance request: ${issuesOf(read.issues)}`;
}

/** The number of a line that is no request, so that whoever asked hears of it; -1 when there is none. */
export function seqOf(line: string): number {
  return Number(/"seq"\s*:\s*(\d+)/.exec(line)?.[1] ?? -1);
}

/** What a schema has against a value, each with its path. */
export function issuesOf(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map((issue) => `${v.getDotPath(issue) ?? 'value'}: ${issue.message}`).join('; ');
}

/** `namespace/name`; an empty namespace is `default`, or that of a cluster-scoped object. */
export function readName(text: string): { readonly namespace: string; readonly name: string } {
  const slash = text.indexOf('/');
  if (slash < 0) return { namespace: 'default', name: text };
  return { namespace: text.slice(0, slash) || 'default', name: text.slice(slash + 1) };
}
