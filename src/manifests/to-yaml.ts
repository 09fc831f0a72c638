// An object as text, as `kubectl get -o yaml` prints it: keys sorted, two blanks per level, lists not indented.

import { stringify } from 'yaml';
import { isArray, isObject, type JsonValue } from './json.ts';

/** The same object always yields the same text, whatever the order its keys were written in. Ends with a line break. */
export function toYaml(object: JsonValue): string {
  // Read back by kubectl's YAML 1.1, `yes` or `0644` must stay texts: version 1.1 quotes what 1.1 would read differently.
  return stringify(sorted(object), { indentSeq: false, lineWidth: 0, version: '1.1', aliasDuplicateObjects: false });
}

function sorted(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}
