// The types of values, as JSON and as schemas name them.
import { isArray, isObject, type JsonValue } from '../json.ts';
import { type SchemaObject, type SchemaType, typeOf } from './schema.ts';

export function hasType(value: JsonValue, type: SchemaType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'object':
      return isObject(value);
    case 'array':
      return isArray(value);
    case 'string':
    case 'time':
    case 'base64':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value));
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
  }
}

/** The JSON type of a value as messages name it. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** A number or a boolean as a text; undefined for anything else. */
export function scalarText(value: JsonValue): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** What Go makes of a null inside a list or a map. */
export function zeroOf(schema: SchemaObject): JsonValue {
  switch (typeOf(schema)) {
    case 'object':
      return {};
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'any':
      return null;
    default:
      return '';
  }
}
