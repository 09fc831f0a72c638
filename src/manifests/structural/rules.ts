// The rules of a schema (x-kubernetes-validations): where in an object they apply, and which of them it breaks.
// Who evaluates their expressions is handed in, because the evaluator of CEL is large and loads when it is needed.

import { entries, get, isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import type { FieldPath } from '../source.ts';
import { type CelRule, resolveNode, type SchemaNode } from './schema.ts';

/** What a rule says of a value. */
export type RuleVerdict =
  | { readonly kind: 'holds' }
  /** `message`: the rule's own words, in English. */
  | { readonly kind: 'violated'; readonly message: string }
  /** The API server refuses an object of which it cannot tell whether a rule holds. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface TypedValue {
  readonly value: JsonValue;
  readonly schema: SchemaNode;
  readonly definitions: readonly SchemaNode[];
}

/** Evaluates a rule of an object that is being created: there is no earlier one. */
export type RuleEvaluator = (rule: CelRule, self: TypedValue) => RuleVerdict;

export interface RuleViolation {
  /** The value the rule is about, or the field the rule itself points at. */
  readonly path: FieldPath;
  readonly rule: CelRule;
  readonly verdict: Exclude<RuleVerdict, { readonly kind: 'holds' }>;
}

/** Rules of what is not there say nothing. `value` fits its schema, defaults included. */
export function violationsOf(value: TypedValue, evaluate: RuleEvaluator, path: FieldPath = []): RuleViolation[] {
  const schema = resolveNode(value.schema, value.definitions);
  const found: RuleViolation[] = [];
  for (const rule of schema.rules ?? []) {
    if (isTransition(rule)) continue;
    const verdict = evaluate(rule, value);
    if (verdict.kind !== 'holds') found.push({ path: [...path, ...fieldsOf(rule.fieldPath ?? '')], rule, verdict });
  }
  for (const [step, child, node] of childrenOf(value.value, schema)) {
    const inside = { value: child, schema: node, definitions: value.definitions };
    for (const violation of violationsOf(inside, evaluate, [...path, step])) found.push(violation);
  }
  return found;
}

/** It compares an object with what it was, so it says nothing of a new one. */
function isTransition({ rule, optionalOldSelf }: CelRule): boolean {
  return !optionalOldSelf && /\boldSelf\b/.test(rule);
}

type Child = readonly [step: string | number, value: JsonValue, schema: SchemaNode];

function childrenOf(value: JsonValue, { properties, values, items }: ReturnType<typeof resolveNode>): readonly Child[] {
  if (isArray(value)) return items === undefined ? [] : value.map((item, index) => [index, item, items]);
  if (!isObject(value)) return [];
  return entries(value).flatMap(([key, child]): Child[] => {
    const node = properties && Object.hasOwn(properties, key) ? properties[key] : values;
    return node === undefined ? [] : [[key, child, node]];
  });
}

/** `.a.b['c d']` as a path. */
function fieldsOf(fieldPath: string): readonly string[] {
  return [...fieldPath.matchAll(/\.([^.[\]]+)|\['([^']*)'\]/g)].map(([, plain, quoted]) => plain ?? quoted ?? '');
}

/** The object a rule at the root of a kind sees: what a schema describes, and of the metadata only the name. */
export function withEnvelope(body: JsonObject, object: JsonObject): JsonObject {
  const metadata = get(object, 'metadata');
  const name = isObject(metadata) ? get(metadata, 'name') : undefined;
  return {
    ...body,
    apiVersion: get(object, 'apiVersion') ?? null,
    kind: get(object, 'kind') ?? null,
    metadata: name === undefined ? {} : { name },
  };
}
