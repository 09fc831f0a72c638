// What a proxy holds, as its panel shows it: the lines that a search leaves, how fresh the configuration is, and the command that
// prints the same table of a real proxy.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RunIndex } from '../run/run-index.ts';

/** A line of one of istioctl's tables: what the engine's port delivers. */
export interface ConfigLine {
  readonly cells: readonly string[];
}

export interface ConfigLines<L extends ConfigLine> {
  readonly shown: readonly L[];
  /** How many match besides. */
  readonly left: number;
}

/** More lines than that make the page slow and nobody reads them. */
const LINES_MAX = 300;

/** The lines that have all words of a search, in any case and in any cell. */
export function configLines<L extends ConfigLine>(lines: readonly L[], search: string): ConfigLines<L> {
  const words = search
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const found = lines.filter(({ cells }) => {
    const text = cells.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return { shown: found.slice(0, LINES_MAX), left: Math.max(0, found.length - LINES_MAX) };
}

/** How what a proxy holds stands to what istiod has pushed. `unchanged`: the pushes since changed nothing for it. */
export interface ConfigFreshness {
  readonly kind: 'none' | 'newest' | 'unchanged' | 'behind';
  /** What it holds, and what was pushed last; 0: nothing. */
  readonly revision: number;
  readonly pushed: number;
}

/** `process`: the proxy, by its entity's number. */
export function configFreshness(
  index: RunIndex,
  { process, revision }: { readonly process: number; readonly revision: number },
  cursor: number,
): ConfigFreshness {
  const pushed = index.revisions.pushedAt(cursor);
  const held = index.revisions.ofProcess(process as AnyEntityId, cursor); // the engine's own number for it
  if (revision === 0) return { kind: 'none', revision, pushed };
  if (revision >= pushed) return { kind: 'newest', revision, pushed };
  return { kind: held?.isBehind === true ? 'behind' : 'unchanged', revision, pushed };
}

/** Names of tables as the command line has them, where they are not the table's own less its last letter. */
const commandNames: Readonly<Record<string, string>> = { policies: 'policy', connections: 'connections' };

/** `istioctl proxy-config route web-7d9.shop`: what prints such a table of a real proxy. `pod` is `namespace/name`. */
export function configCommand(proxy: { readonly kind: string; readonly pod: string }, table: string): string {
  const [namespace = '', name = ''] = proxy.pod.split('/');
  const command = proxy.kind === 'ztunnel' ? 'ztunnel-config' : 'proxy-config';
  const waypoint = proxy.kind === 'waypoint' && table === 'listeners' ? ' --waypoint' : '';
  return `istioctl ${command} ${commandNames[table] ?? table.replace(/s$/, '')} ${name}.${namespace}${waypoint}`;
}
