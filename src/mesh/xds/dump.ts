// What a proxy holds as istioctl prints it: a table, and behind each line what the line is of. Plain data, made only when asked for.
import type { Context } from '../../kernel/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';

/** Columns in istioctl's words and order. */
export interface DumpTable {
  readonly columns: readonly string[];
  readonly rows: readonly DumpRow[];
  /** What `-o json` prints in place of lines: mostly a list of what is behind them. */
  readonly resources: object;
}

export interface DumpRow {
  readonly cells: readonly string[];
  /** The line of somebody's manifests behind it; empty where istiod made it up. */
  readonly origin: MaybeOrigin;
  /** What the proxy holds there. */
  readonly item: object;
}

/** The world at the instant that is looked at. */
export interface DumpWorld extends Pick<Context, 'read' | 'find' | 'all' | 'now'> {
  /** An instant of the engine in RFC 3339. */
  readonly timestamp: (at: number) => string;
}

/** What istioctl prints where it knows nothing; serial numbers of certificates are not simulated. */
export const notKnown = 'NA';
