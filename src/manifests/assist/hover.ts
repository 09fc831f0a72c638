// What is known of the field under the cursor: its type, whether it must be there, what stands there when nothing is written.

import { isPair, isScalar, visit } from 'yaml';
import type { JsonObject, JsonValue } from '../json.ts';
import { type FieldPath, fieldName } from '../source.ts';
import { contentOf, documentAt, pathOf, readLeniently } from './cursor.ts';
import { fieldKey } from './field-key.ts';
import { defaultAt, type DocumentSchema, schemaAt, schemaOf, typeName } from './field-schema.ts';

export interface FieldFacts {
  /** `spec.ports[0].name`. */
  readonly name: string;
  /** Under which its description stands, if it has one. */
  readonly key: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** What the API server fills in. */
  readonly default: JsonValue | undefined;
  readonly values: readonly JsonValue[];
  /** Whether the engine acts on objects of this kind. */
  readonly isSimulated: boolean;
}

export interface FieldPlace {
  readonly facts: FieldFacts;
  /** Offsets in the file: the key or the value that was pointed at. */
  readonly from: number;
  readonly to: number;
  /** The value written there, when it was pointed at. */
  readonly value: string | undefined;
}

/** The field at an offset of a file; undefined where there is none. */
export function fieldAt(text: string, offset: number): FieldPlace | undefined {
  const document = documentAt(text, offset);
  if (document === undefined) return undefined;
  const parsed = readLeniently(document.text);
  const object = contentOf(parsed);
  const inside = offset - document.offset;
  let found: FieldPlace | undefined;
  visit(parsed, {
    Scalar(key, node, ancestors) {
      const [from, to] = node.range ?? [0, -1];
      if (inside < from || inside > to) return undefined;
      const isKey = key === 'key' && isPair(ancestors.at(-1));
      const path = pathOf(ancestors, node);
      const facts = factsOf(schemaOf(object), object, path);
      if (facts === undefined) return visit.BREAK;
      const value = isKey || !isScalar(node) ? undefined : String(node.value);
      found = { facts, from: from + document.offset, to: to + document.offset, value };
      return visit.BREAK;
    },
  });
  return found;
}

/** Undefined where the kind has no such field. */
export function factsOf(schema: DocumentSchema, object: JsonObject, path: FieldPath): FieldFacts | undefined {
  const field = schemaAt(schema, path);
  if (field === undefined) return undefined;
  const last = path.at(-1);
  const parent = schemaAt(schema, path.slice(0, -1));
  return {
    name: fieldName(path),
    key: fieldKey(schema.kind, path),
    type: typeName(field),
    isRequired: typeof last === 'string' && parent?.node.required?.includes(last) === true,
    default: defaultAt(object, path, field),
    values: field.node.enum ?? [],
    isSimulated: schema.isSimulated,
  };
}
