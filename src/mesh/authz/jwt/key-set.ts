// A JSON Web Key Set (RFC 7517) as Envoy reads it, and a token held against it. Source: google/jwt_verify_lib:src/{jwks,verify}.cc.
import type { JsonValue } from '../../../manifests/index.ts';
import { valueAt } from '../attribute.ts';
import { bytesOfBase64Url } from './base64url.ts';
import { numberOf } from './sha2.ts';
import type { CurveName, PublicKey } from './signature.ts';
import { verifies } from './signature.ts';
import type { JwtStatus } from './status.ts';
import type { Token } from './token.ts';

interface Jwk {
  /** '': any. */
  readonly kid: string;
  readonly algorithm: string;
  readonly key: PublicKey;
}

const sets = new Map<string, readonly Jwk[]>();
const verdicts = new Map<string, Map<string, JwtStatus | undefined>>();
/** A run asks about few tokens; a text that makes many forgets the oldest. */
const REMEMBERED = 1_000;

/** Undefined: the token is signed by a key of the set. `text` is the token as sent, `keys` the set as JSON. */
export function wrongSignature(keys: string, token: Token, text: string): JwtStatus | undefined {
  const bySet = verdicts.get(keys) ?? new Map<string, JwtStatus | undefined>();
  if (verdicts.size >= REMEMBERED) verdicts.clear();
  verdicts.set(keys, bySet);
  if (!bySet.has(text)) {
    if (bySet.size >= REMEMBERED) bySet.clear();
    bySet.set(text, verify(keysOf(keys), token));
  }
  return bySet.get(text);
}

/** Whether a text is a set with at least one key that Envoy can use. */
export function isKeySet(text: string): boolean {
  return keysOf(text).length > 0;
}

function verify(keys: readonly Jwk[], token: Token): JwtStatus | undefined {
  if (keys.length === 0) return "Jwks doesn't have any valid public key";
  const fitting = keys.filter(
    ({ kid, algorithm }) =>
      (token.kid === '' || kid === '' || kid === token.kid) && (algorithm === '' || algorithm === token.algorithm),
  );
  if (fitting.length === 0) return "Jwks doesn't have key to match kid or alg from Jwt";
  const isSigned = fitting.some(({ key }) => verifies(token.algorithm, key, token.message, token.signature));
  return isSigned ? undefined : 'Jwt verification fails';
}

function keysOf(text: string): readonly Jwk[] {
  let keys = sets.get(text);
  if (keys === undefined) {
    if (sets.size >= REMEMBERED) sets.clear();
    sets.set(text, (keys = readKeys(text)));
  }
  return keys;
}

function readKeys(text: string): readonly Jwk[] {
  let set: JsonValue;
  try {
    set = JSON.parse(text) as JsonValue;
  } catch {
    return []; // a set that is none has no keys
  }
  const keys = valueAt(set, ['keys']);
  if (!Array.isArray(keys)) return [];
  return (keys as readonly JsonValue[]).flatMap((jwk): readonly Jwk[] => {
    const key = readKey(jwk);
    const [kid, algorithm] = [valueAt(jwk, ['kid']) ?? '', valueAt(jwk, ['alg']) ?? ''];
    if (key === undefined || typeof kid !== 'string' || typeof algorithm !== 'string') return [];
    const fits = key.kind === 'ec' ? /^(?:ES.*)?$/ : /^(?:[RP]S.*)?$/;
    return fits.test(algorithm) ? [{ kid, algorithm, key }] : [];
  });
}

/** Bits that a modulus and an exponent may have: a pasted key must not stop the simulation. */
const MODULUS_BITS_MAX = 8_192;
const EXPONENT_BITS_MAX = 33;

function readKey(jwk: JsonValue): PublicKey | undefined {
  const number = (name: string): bigint | undefined => {
    const text = valueAt(jwk, [name]);
    if (typeof text !== 'string' || text.length * 6 > MODULUS_BITS_MAX + 64) return undefined;
    const bytes = bytesOfBase64Url(text);
    return bytes === undefined || bytes.length === 0 ? undefined : numberOf(bytes);
  };
  switch (valueAt(jwk, ['kty'])) {
    case 'RSA': {
      const [modulus, exponent] = [number('n'), number('e')];
      if (modulus === undefined || exponent === undefined || exponent >> BigInt(EXPONENT_BITS_MAX) > 0n)
        return undefined;
      return modulus > 1n ? { kind: 'rsa', modulus, exponent } : undefined;
    }
    case 'EC': {
      const [curve, x, y] = [valueAt(jwk, ['crv']), number('x'), number('y')];
      if ((curve !== 'P-256' && curve !== 'P-384') || x === undefined || y === undefined) return undefined;
      return { kind: 'ec', curve: curve satisfies CurveName, x, y };
    }
    default:
      return undefined;
  }
}
