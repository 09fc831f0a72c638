// What somebody looks at, as a text for a link or a file, and back: the manifests as they were changed, the futures with what was done
// in each, the instant, what is selected. `v1.`, then JSON, deflated, in base64url. Links stand in articles and chats for years: what
// was written once is read for ever, so a changed file is kept whole and not as a difference from a base that may change.
import * as v from 'valibot';
import type { Deviation } from '../../explore/port.ts';
import type { Action } from '../../scenario/port.ts';
import type { Files } from '../editor/files.ts';
import type { Mode } from '../workspace/drafts.svelte.ts';
import type { Fork, Futures } from '../workspace/futures.ts';
import type { StoredState } from './schema.ts';
import { stateSchema } from './schema.ts';

export interface SharedState {
  readonly mode: Mode;
  /** One of a lesson's schedules; undefined: the scenario's own seed, nothing shaken. */
  readonly schedule: number | undefined;
  /** Waits that come out otherwise than drawn. */
  readonly luck: readonly Deviation[] | undefined;
  /** What runs from its beginning. */
  readonly source: Files;
  /** What is in the editor. */
  readonly edited: Files;
  readonly forks: Futures['forks'];
  /** Id of the fork that is shown. */
  readonly shown: number;
  /** Microseconds of the run. */
  readonly at: number;
  /** What is selected. Counts only if it happens at `at`: another build may number otherwise. */
  readonly record: number | undefined;
  /** The panel that is open. */
  readonly panel: string | undefined;
  /** What lies side by side; undefined when nothing does. */
  readonly compared: Compared | undefined;
}

/** Worlds side by side, in the order of the page. */
export interface Compared {
  /** Ids of worlds: `sidecar`, `fork-1`. One that is not there any more is left out. */
  readonly worlds: readonly string[];
  /** Where the time of all of them stands, in microseconds. */
  readonly at: number;
}

/** Why a text is no state: it was cut, or written by somebody else; or by a version of this page that is newer. */
export type Unreadable = 'unreadable' | 'newer';

const VERSION = 'v1';
/** A link that is longer is cut by chats and mail; a file takes its place. */
export const LINK_MAX = 8_000;
/** Longer than any state of manifests within the page's limits. */
const TEXT_MAX = 4_000_000;
/** As many characters as all manifests may have together, with room for what is around them. */
const JSON_MAX_BYTES = 16_000_000;

/** `base`: the files of the place that the link leads to. */
export async function encodeState(state: SharedState, base: Files): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(stored(state, base)));
  return `${VERSION}.${base64url(await collected(through(bytes, new CompressionStream('deflate-raw')), Infinity))}`;
}

export async function decodeState(text: string, base: Files): Promise<SharedState | Unreadable> {
  const [, version, payload] = /^(v\d{1,4})\.([\w-]+)$/.exec(text) ?? [];
  if (version === undefined || payload === undefined || text.length > TEXT_MAX) return 'unreadable';
  if (version !== VERSION) return 'newer';
  try {
    const packed = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
    const bytes = await collected(through(packed, new DecompressionStream('deflate-raw')), JSON_MAX_BYTES);
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return opened(v.parse(stateSchema, json), base);
  } catch {
    return 'unreadable';
  }
}

type StoredFiles = StoredState['source'];
type StoredAction = StoredState['forks'][number]['deeds'][number]['action'];

function stored(state: SharedState, base: Files): StoredState {
  const texts: string[] = [];
  const numberOf = new Map<string, number>();
  const files = (list: Files): StoredFiles =>
    list.map(({ path, text }) => {
      if (base.some((file) => file.path === path && file.text === text)) return [path, -1];
      const known = numberOf.get(text) ?? texts.push(text) - 1;
      numberOf.set(text, known);
      return [path, known];
    });
  const action = (done: Action): StoredAction => {
    switch (done.kind) {
      case 'apply':
        return { kind: 'apply', files: files(done.manifests) };
      case 'send-request': {
        const { kind, from, url, count, method = 'GET' } = done;
        return { kind, from, url, count, method };
      }
      default:
        return done;
    }
  };
  const { mode, schedule, luck, shown, at, record, panel, compared } = state;
  const written = {
    mode,
    source: files(state.source),
    edited: files(state.edited),
    forks: state.forks.map(({ id, name, parent, at: left, deeds, files: held }) => ({
      id,
      name,
      parent,
      at: left,
      deeds: deeds.map((deed) => ({ at: deed.at, action: action(deed.action) })),
      files: files(held),
    })),
    shown,
    at: Math.round(at),
  };
  return {
    ...written,
    texts,
    ...(schedule === undefined ? {} : { schedule }),
    ...(luck === undefined ? {} : { luck: [...luck] }),
    ...(record === undefined ? {} : { record }),
    ...(panel === undefined ? {} : { panel }),
    ...(compared === undefined ? {} : { compared: { worlds: [...compared.worlds], at: Math.round(compared.at) } }),
  };
}

function opened(state: StoredState, base: Files): SharedState | Unreadable {
  const { texts, mode, schedule, luck, shown, at, record, panel, compared } = state;
  const files = (list: StoredFiles): Files =>
    list.map(([path, number]) => ({
      path,
      // A base that has lost the file since: an empty one says so where it is missed.
      text: (number < 0 ? base.find((file) => file.path === path)?.text : texts[number]) ?? '',
    }));
  const action = (done: StoredAction): Action =>
    done.kind === 'apply' ? { kind: 'apply', manifests: files(done.files) } : done;
  const forks = state.forks.map(({ deeds, files: held, ...fork }): Fork => ({
    ...fork,
    deeds: deeds.map((deed) => ({ at: deed.at, action: action(deed.action) })),
    files: files(held),
  }));
  const [main, ...others] = forks;
  const ids = new Set(forks.map(({ id }) => id));
  const isTree = main?.id === 0 && ids.size === forks.length && forks.every(({ parent }) => ids.has(parent));
  if (!isTree || !ids.has(shown)) return 'unreadable';
  const { source, edited } = state;
  return {
    mode,
    schedule,
    luck,
    source: files(source),
    edited: files(edited),
    forks: [main, ...others],
    shown,
    at,
    record,
    panel,
    compared,
  };
}

function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough(transform);
}

/** All bytes of a stream; throws as soon as there are more than `max`, so that a few bytes cannot become gigabytes. */
async function collected(stream: ReadableStream<Uint8Array>, max: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > max) {
      await reader.cancel();
      throw new RangeError('too large');
    }
    parts.push(part.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** So many bytes at a time: a call takes only so many arguments. */
const CHUNK = 32_768;

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
