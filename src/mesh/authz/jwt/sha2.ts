// SHA-256, SHA-384 and SHA-512 (FIPS 180-4), for the signatures of tokens. WebCrypto answers in promises, which a run has none of.
// The constants are computed as the standard defines them: from roots of the first primes.

export type DigestBits = 256 | 384 | 512;

interface Variant {
  /** Bits of a word. */
  readonly word: bigint;
  readonly initial: readonly bigint[];
  readonly rounds: readonly bigint[];
  /** Rotations and shifts: Σ0, Σ1, σ0, σ1; the third of a σ is a shift. */
  readonly turns: readonly (readonly [bigint, bigint, bigint])[];
}

const variants = new Map<DigestBits, Variant>();

export function sha2(bits: DigestBits, message: Uint8Array): Uint8Array {
  let variant = variants.get(bits);
  if (variant === undefined) variants.set(bits, (variant = variantOf(bits)));
  const { word } = variant;
  const size = Number(word / 8n);
  let state = variant.initial;
  for (const block of blocksOf(message, size)) state = compress(variant, state, block);
  const digest = new Uint8Array(bits / 8);
  for (let at = 0; at < digest.length; at += 1) {
    const shift = word - 8n * BigInt((at % size) + 1);
    digest[at] = Number(((state[Math.floor(at / size)] ?? 0n) >> shift) & 0xffn);
  }
  return digest;
}

/** The padded message as blocks of sixteen words. */
function* blocksOf(message: Uint8Array, size: number): Generator<readonly bigint[]> {
  const block = size * 16;
  const padded = new Uint8Array(Math.ceil((message.length + 1 + size * 2) / block) * block);
  padded.set(message);
  padded[message.length] = 0x80;
  let length = BigInt(message.length) * 8n;
  for (let at = padded.length - 1; length > 0n; at -= 1, length >>= 8n) padded[at] = Number(length & 0xffn);
  for (let start = 0; start < padded.length; start += block) {
    const words: bigint[] = [];
    for (let at = start; at < start + block; at += size) words.push(numberOf(padded.subarray(at, at + size)));
    yield words;
  }
}

function compress(
  { word, rounds, turns }: Variant,
  state: readonly bigint[],
  block: readonly bigint[],
): readonly bigint[] {
  const cut = (value: bigint): bigint => BigInt.asUintN(Number(word), value);
  const turn = (value: bigint, by: bigint): bigint => cut((value >> by) | (value << (word - by)));
  const [big0, big1, small0, small1] = turns.map(([a, b, c], index) => (value: bigint): bigint => {
    const last = index < 2 ? turn(value, c) : value >> c;
    return turn(value, a) ^ turn(value, b) ^ last;
  }) as [Mix, Mix, Mix, Mix]; // as many as there are turns
  const schedule = [...block];
  for (let at = 16; at < rounds.length; at += 1) {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = [schedule[at - 16], schedule[at - 15], schedule[at - 7], schedule[at - 2]];
    schedule.push(cut(a + small0(b) + c + small1(d)));
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
  rounds.forEach((constant, at) => {
    const first = h + big1(e) + ((e & f) ^ (cut(~e) & g)) + constant + (schedule[at] ?? 0n);
    const second = big0(a) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [cut(first + second), a, b, c, cut(d + first), e, f, g];
  });
  return [a, b, c, d, e, f, g, h].map((value, at) => cut(value + (state[at] ?? 0n)));
}

type Mix = (value: bigint) => bigint;

function variantOf(bits: DigestBits): Variant {
  const word = bits === 256 ? 32n : 64n;
  const primes = firstPrimes(bits === 256 ? 64 : 80);
  const roots = primes.slice(bits === 384 ? 8 : 0, bits === 384 ? 16 : 8);
  return {
    word,
    initial: roots.map((prime) => BigInt.asUintN(Number(word), root(prime << (2n * word), 2n))),
    rounds: primes.map((prime) => BigInt.asUintN(Number(word), root(prime << (3n * word), 3n))),
    turns:
      bits === 256
        ? [
            [2n, 13n, 22n],
            [6n, 11n, 25n],
            [7n, 18n, 3n],
            [17n, 19n, 10n],
          ]
        : [
            [28n, 34n, 39n],
            [14n, 18n, 41n],
            [1n, 8n, 7n],
            [19n, 61n, 6n],
          ],
  };
}

function firstPrimes(count: number): readonly bigint[] {
  const primes: bigint[] = [];
  for (let number = 2n; primes.length < count; number += 1n)
    if (primes.every((prime) => number % prime !== 0n)) primes.push(number);
  return primes;
}

/** The whole part of a square or cube root, by bisection. */
function root(value: bigint, degree: 2n | 3n): bigint {
  let [low, high] = [0n, 1n << 100n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle * middle * (degree === 3n ? middle : 1n) <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Bytes as a number, most significant first. */
export function numberOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
