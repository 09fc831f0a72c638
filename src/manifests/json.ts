// JSON as data: what a manifest is after its text has been read. Objects made here carry no prototype tricks:
// a key named `__proto__` is an ordinary own property (see `setKey`).

export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON object still being filled. */
export type JsonDraft = Record<string, JsonValue>;

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Own property or undefined: `get(object, 'constructor')` never reaches Object.prototype. */
export function get(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own property whatever its name; plain assignment to `__proto__` would replace the prototype. */
export function setKey(object: JsonDraft, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** Own entries in insertion order. */
export function entries(object: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(object);
}
