// Source: kubernetes/kubernetes:pkg/apis/core/v1/defaults.go SetDefaults_Secret and conversion.go (stringData) at v1.34.

import { get, isObject, type JsonDraft, type JsonObject, setKey } from '../../json.ts';
import { withZeroDefaults } from '../defaulting.ts';

/** `stringData` is for writing only: the API server stores it encoded in `data`, over what stands there. */
export function secretDefaults(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  const typed = withZeroDefaults(rest, { type: 'Opaque' });
  if (!isObject(stringData)) return typed;
  const written = get(typed, 'data');
  const data: JsonDraft = { ...(isObject(written) ? written : {}) };
  for (const [key, value] of Object.entries(stringData)) {
    if (typeof value === 'string') setKey(data, key, encodeBase64(value));
  }
  return { ...typed, data };
}

function encodeBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
