// Evaluates the rules of CRDs, which are written in CEL, as the API server does. A door of its own beside the room's index.ts:
// it is as large as a third of the engine, so only who asks for it loads it.
// Source: kubernetes/apiextensions-apiserver:pkg/apiserver/schema/cel/validation.go at v0.34. Not modelled: the limit on what a rule may cost.

import { type CelEnv, type CelResult, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { CelRule } from '../structural/schema.ts';
import type { RuleEvaluator, RuleVerdict } from '../structural/rules.ts';
import { kubernetesFunctions } from './functions.ts';
import { celValueOf } from './value.ts';

const env: CelEnv = celEnv({ funcs: [...strings, ...kubernetesFunctions] });

type Program = (bindings: { readonly self: ReturnType<typeof celValueOf> }) => CelResult;

/** By expression: a few hundred, all from the schemas, never from a manifest. */
const programs = new Map<string, Program>();

export const evaluateRule: RuleEvaluator = (rule, self): RuleVerdict => {
  const value = celValueOf(self);
  const result = run(rule.rule, value);
  if (result === true) return { kind: 'holds' };
  if (result === false) return { kind: 'violated', message: messageOf(rule, value) };
  return { kind: 'failed', reason: isCelError(result) ? result.message : 'it is neither true nor false' };
};

/** The computed message, the written one, or the expression itself. */
function messageOf({ rule, message, messageExpression }: CelRule, self: ReturnType<typeof celValueOf>): string {
  const computed = messageExpression === undefined ? undefined : run(messageExpression, self);
  return typeof computed === 'string' && computed.trim() !== '' ? computed : (message ?? `failed rule: ${rule}`);
}

function run(expression: string, self: ReturnType<typeof celValueOf>): CelResult {
  const known = programs.get(expression);
  const program = known ?? plan(env, parse(expression));
  if (!known) programs.set(expression, program);
  return program({ self });
}

/** Whether every function an expression calls is known; a test asks it of every rule there is. */
export function isKnownFunction(name: string): boolean {
  return env.funcs.find(name) !== undefined;
}
