// JSON as CEL values. CEL tells whole numbers from others, which JSON does not: the schema says which is meant.

import type { CelInput } from '@bufbuild/cel';
import { entries, isArray, isObject, type JsonValue } from '../json.ts';
import { resolveNode, typeOf } from '../structural/schema.ts';
import type { TypedValue } from '../structural/rules.ts';

/** Rules stand at every level of an object, and each level would be converted again for those above it. */
const converted = new WeakMap<object, CelInput>();

export function celValueOf(typed: TypedValue): CelInput {
  const { value } = typed;
  if (typeof value !== 'object' || value === null) return convert(typed);
  const known = converted.get(value);
  if (known !== undefined) return known;
  const made = convert(typed);
  converted.set(value, made);
  return made;
}

function convert({ value, schema, definitions }: TypedValue): CelInput {
  const node = resolveNode(schema, definitions);
  if (typeof value === 'number') return typeOf(node) === 'number' ? value : numberOf(value);
  if (isArray(value)) {
    const { items = 'any' } = node;
    return value.map((item) => celValueOf({ value: item, schema: items, definitions }));
  }
  if (isObject(value)) {
    const { properties = {}, values = 'any' } = node;
    return new Map(
      entries(value).map(([key, child]) => {
        const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
        return [key, celValueOf({ value: child, schema: own ?? values, definitions })] as const;
      }),
    );
  }
  return value;
}

function numberOf(value: Extract<JsonValue, number>): bigint | number {
  return Number.isInteger(value) ? BigInt(value) : value;
}
