// Is a signature right? RSA (RFC 8017, PKCS #1 v1.5 and PSS) and ECDSA (FIPS 186-5) over P-256 and P-384: what tokens are signed with.
// Only verification: nothing secret is here, so time may tell what it will. Left out: ES512, EdDSA and HMAC (JWKs of it are refused).
import type { DigestBits } from './sha2.ts';
import { numberOf, sha2 } from './sha2.ts';

export type PublicKey =
  | { readonly kind: 'rsa'; readonly modulus: bigint; readonly exponent: bigint }
  | { readonly kind: 'ec'; readonly curve: CurveName; readonly x: bigint; readonly y: bigint };

export type CurveName = 'P-256' | 'P-384';

/** Whether `signature` is `key`'s for `message` under a JWS algorithm (`RS256`, `PS384`, `ES256`, ...). False for one that does not fit the key. */
export function verifies(algorithm: string, key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const [, family, size] = /^(RS|PS|ES)(256|384|512)$/.exec(algorithm) ?? [];
  const bits = Number(size) as DigestBits; // by the expression
  if (key.kind === 'ec') {
    const curve = curves[key.curve];
    return family === 'ES' && bits === curve.digest && verifiesEc(curve, key, sha2(bits, message), signature);
  }
  if (family !== 'RS' && family !== 'PS') return false;
  const digest = sha2(bits, message);
  const length = Math.ceil(bitsOf(key.modulus) / 8);
  const value = numberOf(signature);
  if (signature.length !== length || value >= key.modulus) return false;
  const encoded = bytesOf(power(value, key.exponent, key.modulus), length);
  return family === 'RS' ? isPkcs1(encoded, bits, digest) : isPss(encoded, bits, digest, bitsOf(key.modulus) - 1);
}

// --- RSA

/** `00 01 FF..FF 00`, the digest's name in DER, the digest. */
function isPkcs1(encoded: Uint8Array, bits: DigestBits, digest: Uint8Array): boolean {
  const id = { 256: 1, 384: 2, 512: 3 }[bits];
  const size = bits / 8;
  const name = [0x30, size + 17, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, id, 5, 0, 4, size];
  const padding = encoded.length - 3 - name.length - size;
  const expected = [0, 1, ...new Array<number>(Math.max(0, padding)).fill(0xff), 0, ...name, ...digest];
  return padding >= 8 && expected.every((byte, at) => byte === encoded[at]);
}

/** The salt may have any length. */
function isPss(encoded: Uint8Array, bits: DigestBits, digest: Uint8Array, encodedBits: number): boolean {
  const size = bits / 8;
  const body = encoded.subarray(encoded.length - Math.ceil(encodedBits / 8));
  if (body.at(-1) !== 0xbc || body.length < size + 2) return false;
  const hash = body.subarray(body.length - size - 1, -1);
  const block = body.slice(0, body.length - size - 1);
  const mask = maskOf(bits, hash, block.length);
  const plain = block.map((byte, at) => byte ^ (mask[at] ?? 0));
  const spare = body.length * 8 - encodedBits;
  plain[0] = (plain[0] ?? 0) & (0xff >> spare);
  const start = plain.findIndex((byte) => byte !== 0);
  if (start < 0 || plain[start] !== 1) return false;
  const again = sha2(bits, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ...digest, ...plain.subarray(start + 1)));
  return again.every((byte, at) => byte === hash[at]);
}

/** MGF1. */
function maskOf(bits: DigestBits, seed: Uint8Array, length: number): readonly number[] {
  const mask: number[] = [];
  for (let count = 0; mask.length < length; count += 1)
    mask.push(...sha2(bits, Uint8Array.of(...seed, 0, 0, count >> 8, count & 0xff)));
  return mask;
}

// --- elliptic curves, all with a = -3

interface Curve {
  readonly digest: DigestBits;
  readonly prime: bigint;
  readonly order: bigint;
  readonly b: bigint;
  readonly base: Point;
}

/** Undefined: the point at infinity. */
type Point = readonly [x: bigint, y: bigint] | undefined;

const curves: Readonly<Record<CurveName, Curve>> = {
  'P-256': {
    digest: 256,
    prime: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    base: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    ],
  },
  'P-384': {
    digest: 384,
    prime: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    base: [
      0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    ],
  },
};

/** `signature` is r and s side by side (RFC 7518, 3.4). */
function verifiesEc(
  curve: Curve,
  { x, y }: { readonly x: bigint; readonly y: bigint },
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { prime, order, b } = curve;
  const half = signature.length / 2;
  const [r, s] = [numberOf(signature.subarray(0, half)), numberOf(signature.subarray(half))];
  if (half !== curve.digest / 8 || r <= 0n || r >= order || s <= 0n || s >= order) return false;
  if (x >= prime || y >= prime || modulo(y * y - x * x * x + 3n * x - b, prime) !== 0n) return false;
  const inverse = inverseOf(s, order);
  const first = times(curve, modulo(numberOf(digest) * inverse, order), curve.base);
  const sum = add(curve, first, times(curve, modulo(r * inverse, order), [x, y]));
  return sum !== undefined && modulo(sum[0], order) === r;
}

function times(curve: Curve, factor: bigint, point: Point): Point {
  let [sum, doubled]: [Point, Point] = [undefined, point];
  for (let left = factor; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) sum = add(curve, sum, doubled);
    doubled = add(curve, doubled, doubled);
  }
  return sum;
}

function add({ prime }: Curve, a: Point, b: Point): Point {
  if (a === undefined || b === undefined) return a ?? b;
  const isSame = a[0] === b[0];
  if (isSame && modulo(a[1] + b[1], prime) === 0n) return undefined;
  const [rise, run] = isSame ? [3n * a[0] * a[0] - 3n, 2n * a[1]] : [b[1] - a[1], b[0] - a[0]];
  const slope = modulo(rise * inverseOf(modulo(run, prime), prime), prime);
  const x = modulo(slope * slope - a[0] - b[0], prime);
  return [x, modulo(slope * (a[0] - x) - a[1], prime)];
}

// --- numbers

function modulo(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}

function power(base: bigint, exponent: bigint, by: bigint): bigint {
  let [result, square] = [1n, base % by];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % by;
    square = (square * square) % by;
  }
  return result;
}

/** By the extended Euclidean algorithm; `by` is prime. */
function inverseOf(value: bigint, by: bigint): bigint {
  let [a, b, x, y] = [value, by, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return modulo(x, by);
}

function bitsOf(value: bigint): number {
  return value.toString(2).length;
}

function bytesOf(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = length - 1, left = value; at >= 0; at -= 1, left >>= 8n) bytes[at] = Number(left & 0xffn);
  return bytes;
}
