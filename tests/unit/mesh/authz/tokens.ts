// Keys and tokens for tests, signed by Node's own cryptography: what the engine verifies is not its own work.
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Signer {
  readonly privateKey: KeyObject;
  /** The public half, as a JSON Web Key. */
  readonly jwk: object;
}

export function rsaSigner(kid?: string, bits = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) } };
}

export function ecSigner(namedCurve: 'P-256' | 'P-384'): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

export function keySet(...signers: readonly Signer[]): string {
  return JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });
}

/** A signed token. `header` is added to its algorithm. */
export function tokenOf(signer: Signer, payload: unknown, algorithm = 'RS256', header: object = {}): string {
  const message = `${encoded({ alg: algorithm, ...header })}.${encoded(payload)}`;
  const hash = `sha${algorithm.slice(2)}`;
  const key = {
    key: signer.privateKey,
    dsaEncoding: 'ieee-p1363' as const,
    ...(algorithm.startsWith('PS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : {}),
  };
  return `${message}.${sign(hash, Buffer.from(message), key).toString('base64url')}`;
}

export function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}
