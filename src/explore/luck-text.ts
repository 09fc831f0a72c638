// Deviations as a text that fits into a link, `path~purpose~draw~wait` with `!` between two, and back. Links stand in articles and
// chats for years: what was written once is read for ever.
import type { Deviation } from '../kernel/index.ts';

/** Longer than any search finds; what is longer was not written here. */
const TEXT_MAX = 4_000;

/** No deviation: the empty text. */
export function encodeLuck(luck: readonly Deviation[]): string {
  return luck.map(({ path, purpose, draw, wait }) => [encodePath(path), purpose[0], draw, wait].join('~')).join('!');
}

/** What parts one wait from the next, and a wait from what follows it in a link, stands in no path. */
function encodePath(path: string): string {
  return encodeURIComponent(path).replace(/[~!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reads what `encodeLuck` wrote; undefined if it is nothing of the kind. */
export function decodeLuck(text: string): readonly Deviation[] | undefined {
  if (text === '') return [];
  if (text.length > TEXT_MAX) return undefined;
  const luck: Deviation[] = [];
  for (const part of text.split('!')) {
    const match = /^([^~]+)~([lt])~(\d{1,9})~(\d{1,15})$/.exec(part);
    if (match === null) return undefined;
    const [, path = '', purpose, draw, wait] = match;
    try {
      luck.push({
        path: decodeURIComponent(path),
        purpose: purpose === 'l' ? 'latency' : 'timer',
        draw: Number(draw),
        wait: Number(wait),
      });
    } catch {
      return undefined; // a broken escape: no link of ours
    }
  }
  return luck;
}
