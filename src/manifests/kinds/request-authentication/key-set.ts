// A JSON Web Key Set as text (RFC 7517), as far as admission reads it: is it one, and does it hold what must stay secret?
// Source: lestrrat-go/jwx:jwk/jwk.go Parse at v1.2, which istiod uses. Simplified: the numbers inside a key are only decoded.

import { get, isArray, isObject, type JsonObject, type JsonValue } from '../../json.ts';

export interface Key {
  /** It could sign, not only verify. */
  readonly isPrivate: boolean;
}

/** The keys of a set, or the one key that stands alone; undefined when the text is neither. */
export function readKeySet(text: string): readonly Key[] | undefined {
  const value = readJson(text);
  if (!isObject(value)) return undefined;
  const keys = get(value, 'keys');
  const all = keys === undefined ? [value] : isArray(keys) ? keys : undefined;
  const read = all?.map((key) => (isObject(key) ? readKey(key) : undefined));
  if (read?.includes(undefined)) return undefined;
  return read?.filter((key) => key !== undefined);
}

/** What each type of key must have, and what makes it private (RFC 7518, 6). */
const keyTypes: ReadonlyMap<string, { readonly required: readonly string[]; readonly secret: string }> = new Map([
  ['RSA', { required: ['n', 'e'], secret: 'd' }],
  ['EC', { required: ['crv', 'x', 'y'], secret: 'd' }],
  ['OKP', { required: ['crv', 'x'], secret: 'd' }],
  ['oct', { required: ['k'], secret: 'k' }],
]);

function readKey(key: JsonObject): Key | undefined {
  const name = get(key, 'kty');
  const type = typeof name === 'string' ? keyTypes.get(name) : undefined;
  if (!type?.required.every((field) => isNumber(field, get(key, field)))) return undefined;
  return { isPrivate: get(key, type.secret) !== undefined };
}

/** Numbers are base64url without padding; a curve has a name. */
function isNumber(field: string, value: JsonValue | undefined): boolean {
  if (typeof value !== 'string' || value === '') return false;
  return field === 'crv' || (/^[-\w]+$/.test(value.replace(/=+$/, '')) && value.replace(/=+$/, '').length % 4 !== 1);
}

function readJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined; // the caller says that it is none
  }
}
