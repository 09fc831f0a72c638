// The rows of the ledger in words: a figure of each world as a text, its interval below it, and how long its bar is.

import { fill, type WorldTexts } from '../../text/index.ts';
import { formatSpan } from '../../view/index.ts';
import type { Estimate, WorldLedger } from '../../view/worlds/index.ts';

export interface LedgerCell {
  readonly text: string;
  /** The interval of an estimate; empty for what is counted. */
  readonly note: string;
  /** Share of the longest bar of its row, 0 to 1; undefined: the row has no bars. */
  readonly bar: number | undefined;
}

export interface LedgerRow {
  readonly key: Figure;
  /** Whether it says what part of the row above is so. */
  readonly isPart: boolean;
  /** Whether anything above nothing is a failure. */
  readonly isBad: boolean;
  readonly cells: readonly LedgerCell[];
}

interface Shown {
  readonly text: string;
  readonly note?: string;
  /** What the bar stands for. */
  readonly value: number | undefined;
}

/** In the order of the table: what was given, how fast, by which ways, at which price. */
const figures = {
  answered: ({ answered }) => count(answered),
  failed: ({ failed }) => count(failed),
  firstAnswer: ({ firstAnswer }, words) => ({
    text: firstAnswer === undefined ? words.nothing : fill(words.after, { time: (firstAnswer / 1e6).toFixed(2) }),
    value: firstAnswer,
  }),
  mean: ({ latency }, words) => estimate(latency?.mean, words),
  p50: ({ latency }, words) => estimate(latency?.p50, words),
  p99: ({ latency }, words) => estimate(latency?.p99, words),
  hops: ({ hops }, words) => ({
    text: hops === undefined ? words.nothing : String(Number(hops.toFixed(1))),
    value: hops,
  }),
  handshakes: ({ handshakes }) => count(handshakes.workloads),
  control: ({ handshakes }) => count(handshakes.controlPlane),
  encrypted: ({ messages: { encrypted, all } }, words) => ({
    text: all === 0 ? words.nothing : fill(words.share, { share: Math.floor((100 * encrypted) / all) }),
    value: all === 0 ? undefined : encrypted / all,
  }),
  containers: ({ containers }) => count(containers),
  proxies: ({ proxies }) => count(proxies.sidecar + proxies.ztunnel + proxies.waypoint + proxies.gateway),
  restarts: ({ restarts }) => count(restarts),
  cpu: ({ requested }) => ({ text: `${Math.round(requested.cpu * 1_000)}m`, value: requested.cpu }),
  memory: ({ requested }) => ({ text: `${Math.round(requested.memory / 2 ** 20)}Mi`, value: requested.memory }),
} as const satisfies Record<string, (ledger: WorldLedger, words: WorldTexts) => Shown>;

type Figure = keyof typeof figures;

const bad: ReadonlySet<Figure> = new Set(['failed', 'restarts']);
const parts: ReadonlySet<Figure> = new Set(['failed', 'proxies']);

/** The table of some worlds, one cell a world. */
export function ledgerRows(ledgers: readonly WorldLedger[], words: WorldTexts): readonly LedgerRow[] {
  return (Object.keys(figures) as readonly Figure[]).map((key) => {
    // the keys of a literal, in its order
    const shown: readonly Shown[] = ledgers.map((ledger) => figures[key](ledger, words));
    const longest = Math.max(...shown.map(({ value }) => value ?? 0));
    const cells = shown.map(({ text, note = '', value }) => ({
      text,
      note,
      bar: longest === 0 ? undefined : (value ?? 0) / longest,
    }));
    return { key, isPart: parts.has(key), isBad: bad.has(key), cells };
  });
}

function count(value: number): Shown {
  return { text: String(value), value };
}

function estimate(found: Estimate | undefined, words: WorldTexts): Shown {
  if (found === undefined) return { text: words.nothing, value: undefined };
  const { value, low, high } = found;
  return { text: span(value), note: interval(low, high, words), value };
}

function interval(low: number | undefined, high: number | undefined, words: WorldTexts): string {
  if (low !== undefined && high !== undefined)
    return fill(words.between, { low: span(Math.max(0, low)), high: span(high) });
  if (low !== undefined) return fill(words.atLeast, { low: span(low) });
  return high === undefined ? '' : fill(words.atMost, { high: span(high) });
}

function span(value: number): string {
  return formatSpan(Math.round(value));
}
