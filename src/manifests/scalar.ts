// What a plain scalar means. kubectl reads YAML 1.1 the way go-yaml v2 does, not YAML 1.2: `yes` is true, `0644` is 420, `12:30` stays a text.
// Source: kubernetes-sigs/yaml:goyaml.v2/resolve.go at v1.4.0 (Kubernetes 1.34 uses the same resolver from go.yaml.in/yaml/v2).

const words = new Map<string, null | boolean>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);
const notInJson = new Set(
  ['.inf', '.Inf', '.INF'].flatMap((word) => [word, `+${word}`, `-${word}`]).concat(['.nan', '.NaN', '.NAN']),
);
const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const octal = /^([-+]?)0[oO]?([0-7]+)$/;
const hexadecimal = /^([-+]?)0[xX]([0-9a-fA-F]+)$/;
const binary = /^([-+]?)0[bB]([01]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

export type PlainValue =
  | { readonly kind: 'value'; readonly value: null | boolean | number | string }
  /** Infinity and not-a-number exist in YAML but not in JSON, and so not in the Kubernetes API. */
  | { readonly kind: 'not-json' };

export function resolvePlain(source: string): PlainValue {
  const word = words.get(source);
  if (word !== undefined) return { kind: 'value', value: word };
  if (notInJson.has(source)) return { kind: 'not-json' };
  return { kind: 'value', value: startsLikeNumber(source) ? (resolveNumber(source) ?? source) : source };
}

function startsLikeNumber(source: string): boolean {
  const code = source.charCodeAt(0);
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46;
}

/** The number a text stands for, or undefined when it is none. Underscores are ignored; a timestamp is a text. */
export function resolveNumber(source: string): number | undefined {
  const digits = source.includes('_') ? source.replaceAll('_', '') : source;
  if (decimal.test(digits)) return Number(digits) + 0; // + 0 turns -0 into 0, which JSON writes for it
  const based = inBase(digits);
  if (based !== undefined) return based;
  return float.test(digits) ? Number(digits) : undefined;
}

function inBase(digits: string): number | undefined {
  for (const [pattern, base] of [
    [octal, 8],
    [hexadecimal, 16],
    [binary, 2],
  ] as const) {
    const match = pattern.exec(digits);
    if (match) return (match[1] === '-' ? -1 : 1) * Number.parseInt(match[2] ?? '', base);
  }
  return undefined;
}
