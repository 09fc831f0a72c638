// Durations as people write them: `250us`, `5ms`, `1.5s`, `2m`.
import type { Micros } from '../kernel/index.ts';
import { micros } from '../kernel/index.ts';

const unitMicros: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** The span a text names, or undefined. At most 24 hours. */
export function parseDuration(text: string): Micros | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)$/.exec(text.trim());
  if (match === null) return undefined;
  const span = Math.round(Number(match[1]) * (unitMicros[match[2] ?? ''] ?? 0));
  return span <= 86_400_000_000 ? micros(span) : undefined;
}

/** A span in the largest unit that keeps it readable: `4.2 s`, `350 µs`. */
export function formatDuration(span: number): string {
  if (span >= 1_000_000) return `${Math.round(span / 1_000) / 1_000} s`;
  return span >= 1_000 ? `${Math.round(span / 10) / 100} ms` : `${span} µs`;
}
