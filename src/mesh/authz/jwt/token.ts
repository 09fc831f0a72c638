// A JSON Web Token taken apart (RFC 7519), with the checks Envoy makes before it looks at keys.
// Source: google/jwt_verify_lib:src/jwt.cc parseFromString, verifyTimeConstraint.
import type { JsonObject, JsonValue } from '../../../manifests/index.ts';
import { valueAt } from '../attribute.ts';
import { bytesOfBase64Url, textOfBytes } from './base64url.ts';
import type { JwtStatus } from './status.ts';

export interface Token {
  readonly algorithm: string;
  /** '': none. */
  readonly kid: string;
  readonly payload: JsonObject;
  /** As it stands in the token. */
  readonly payloadText: string;
  /** '': none. */
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Seconds since 1970; 0: none. */
  readonly expires: number;
  readonly notBefore: number;
  /** What is signed. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const algorithms = /^(?:(?:ES|HS|RS|PS)(?:256|384|512)|EdDSA)$/;

/** The token, or what keeps it from being one. */
export function parseToken(text: string): Token | JwtStatus {
  const sections = text.split('.');
  const [headerText = '', payloadText = '', signatureText = ''] = sections;
  if (sections.length !== 3 || sections.includes(''))
    return 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';
  const headerBytes = bytesOfBase64Url(headerText);
  if (headerBytes === undefined) return 'Jwt header is an invalid Base64url encoded';
  const header = objectOf(headerBytes);
  if (header === undefined) return 'Jwt header is an invalid JSON';
  const algorithm = valueAt(header, ['alg']);
  if (typeof algorithm !== 'string') return 'Jwt header [alg] field is required and must be a string';
  if (!algorithms.test(algorithm)) return 'Jwt header [alg] is not supported';
  const kid = valueAt(header, ['kid']) ?? '';
  if (typeof kid !== 'string') return 'Jwt header [kid] field is not a string';
  const payloadBytes = bytesOfBase64Url(payloadText);
  if (payloadBytes === undefined) return 'Jwt payload is an invalid Base64url encoded';
  const payload = objectOf(payloadBytes);
  if (payload === undefined) return 'Jwt payload is an invalid JSON';
  const wrong = wrongField(payload);
  if (wrong !== undefined) return wrong;
  const audiences = listOf(valueAt(payload, ['aud']));
  if (audiences === undefined) return 'Jwt payload [aud] field is not a string or string list';
  const issuer = valueAt(payload, ['iss']);
  const signature = bytesOfBase64Url(signatureText);
  if (signature === undefined) return 'Jwt signature is an invalid Base64url encoded';
  return {
    algorithm,
    kid,
    payload,
    payloadText,
    issuer: typeof issuer === 'string' ? issuer : '',
    audiences,
    expires: secondsOf(payload, 'exp'),
    notBefore: secondsOf(payload, 'nbf'),
    message: Uint8Array.from(`${headerText}.${payloadText}`, (character) => character.charCodeAt(0)),
    signature,
  };
}

/** Clocks may differ by a minute. */
const SKEW = 60;

/** Undefined: its time is now. `now` in seconds since 1970. */
export function wrongTime({ expires, notBefore }: Token, now: number): JwtStatus | undefined {
  if (now + SKEW < notBefore) return 'Jwt not yet valid';
  return expires > 0 && now > expires + SKEW ? 'Jwt is expired' : undefined;
}

function wrongField(payload: JsonObject): JwtStatus | undefined {
  for (const name of ['iss', 'sub', 'iat', 'nbf', 'exp', 'jti']) {
    const value = valueAt(payload, [name]);
    if (value === undefined) continue;
    const isTime = name === 'iat' || name === 'nbf' || name === 'exp';
    if (!isTime && typeof value !== 'string') return `Jwt payload [${name}] field is not a string`;
    if (isTime && typeof value !== 'number') return `Jwt payload [${name}] field is not an integer`;
    if (isTime && (Number(value) < 0 || Number(value) >= 2 * 0x8000_0000_0000_0000))
      return `Jwt payload [${name}] field is not a positive 64 bit integer`;
  }
  return undefined;
}

function secondsOf(payload: JsonObject, name: string): number {
  return Math.floor(Number(valueAt(payload, [name]) ?? 0));
}

function listOf(value: JsonValue | undefined): readonly string[] | undefined {
  const items = value === undefined ? [] : Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return items.every((item) => typeof item === 'string') ? items : undefined;
}

function objectOf(bytes: Uint8Array): JsonObject | undefined {
  const text = textOfBytes(bytes);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined; // the caller says which part it was
  }
}
