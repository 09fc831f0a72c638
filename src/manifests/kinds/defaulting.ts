// Small steps defaults are made of. Nothing is changed in place: an object is what the document said.

import { get, isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../json.ts';

/** Go cannot tell an absent text, number or flag from its zero: both take the default. */
export function isZero(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}

/** Adds fields that are absent (a Go pointer: an explicit 0 stays). */
export function withDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  const missing = Object.entries(defaults).filter(([key]) => get(object, key) === undefined);
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}

/** Sets fields that are absent or zero (a Go value). */
export function withZeroDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  const missing = Object.entries(defaults).filter(([key]) => isZero(get(object, key)));
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}

/** Leaves out fields that are there but zero, as Go's `omitempty` does. */
export function withoutZero(object: JsonObject, keys: readonly string[]): JsonObject {
  const isLeftOut = (key: string): boolean => keys.includes(key) && isZero(get(object, key));
  if (!Object.keys(object).some(isLeftOut)) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !isLeftOut(key)));
}

/** Replaces an object-valued field that is there. */
export function mapField(object: JsonObject, key: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = get(object, key);
  if (!isObject(value)) return object;
  const changed = change(value);
  return changed === value ? object : { ...object, [key]: changed };
}

/** Replaces every object of a list-valued field that is there. */
export function mapItems(
  object: JsonObject,
  key: string,
  change: (item: JsonObject, index: number) => JsonObject,
): JsonObject {
  const list = get(object, key);
  if (!isArray(list)) return object;
  const changed: JsonArray = list.map((item, index) => (isObject(item) ? change(item, index) : item));
  return { ...object, [key]: changed };
}

/** Like `mapField`, for a field the API server creates when it is absent. */
export function withField(object: JsonObject, key: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = get(object, key);
  return { ...object, [key]: change(isObject(value) ? value : {}) };
}
