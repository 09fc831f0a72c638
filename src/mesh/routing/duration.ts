// Durations as manifests write them: `1.5s`, `250ms`, `1h30m` (Go and protobuf JSON), to microseconds.

const units: Readonly<Record<string, number>> = {
  h: 3_600_000_000,
  m: 60_000_000,
  s: 1_000_000,
  ms: 1_000,
  us: 1,
  ns: 0.001,
};

/** Whole microseconds; undefined if the text is no duration. */
export function microsOf(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|ns))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g))
    sum += Number(count) * (units[unit] ?? 0);
  return Math.round(sum);
}
