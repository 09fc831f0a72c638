// What the browser keeps between visits: settings and the sandbox's drafts. Storage may be full, forbidden or hold nonsense;
// none of that may stop the page.

import type { Language } from '../text/index.ts';
import type { ManifestFile } from '../manifests/index.ts';
import type { MeshMode } from '../scenario/port.ts';
import { motions, type Motion } from './motion.ts';
import { themes, type Theme } from './theme.ts';

export const stageLevels = ['auto', 'services', 'pods', 'containers', 'sockets'] as const;
type StageLevel = (typeof stageLevels)[number];

export interface Settings {
  readonly language: Language | undefined;
  readonly theme: Theme;
  readonly motion: Motion;
  readonly hasSingleKeys: boolean;
  /** Height of the inspector as a share of its column, 0 to 1; undefined while nobody has moved it. */
  readonly inspectorShare: number | undefined;
  /** How much of each pod the stage shows. `auto`: as much as fits. */
  readonly stageLevel: StageLevel;
}

/** What was being edited. */
export interface Draft {
  readonly files: readonly ManifestFile[];
  readonly mode: MeshMode | 'labels';
}

const SETTINGS = 'meshscope.settings.v1';
/** What is edited: the sandbox, or a lesson by its id. Each has a draft of its own. */
export type DraftName = 'sandbox' | `lesson.${string}`;

const draftKey = (name: DraftName): string => `meshscope.${name}.v1`;
const sideDraftKey = (name: DraftName): string => `meshscope.${name}.beside.v1`;

const defaultSettings: Settings = {
  language: undefined,
  theme: 'auto',
  motion: 'auto',
  hasSingleKeys: true,
  inspectorShare: undefined,
  stageLevel: 'auto',
};

export function readSettings(): Settings {
  const stored = readKept(SETTINGS);
  if (!isRecord(stored)) return defaultSettings;
  return {
    language: oneOf(stored['language'], ['en', 'ja']),
    theme: oneOf(stored['theme'], themes) ?? 'auto',
    motion: oneOf(stored['motion'], motions) ?? 'auto',
    hasSingleKeys: stored['hasSingleKeys'] !== false,
    inspectorShare: shareOf(stored['inspectorShare']),
    stageLevel: oneOf(stored['stageLevel'], stageLevels) ?? 'auto',
  };
}

/** Whether it could be kept. */
export function writeSettings(settings: Settings): boolean {
  return writeKept(SETTINGS, settings);
}

export function readDraft(name: DraftName): Draft | undefined {
  return draftOf(readKept(draftKey(name)));
}

/** What is kept as a draft, as it stands there; undefined if there is nothing. */
export function readRawDraft(name: DraftName): string | undefined {
  return readRaw(draftKey(name));
}

/** Keeps a draft that cannot be read beside what will be kept from now on. */
export function setDraftAside(name: DraftName, raw: string): void {
  writeKept(`meshscope.${name}.unreadable.v1`, raw);
}

/** Whether it could be kept. */
export function writeDraft(name: DraftName, draft: Draft | undefined): boolean {
  return writeKept(draftKey(name), draft);
}

/** What a second tab had when the first had kept something else. */
export function readSideDraft(name: DraftName): Draft | undefined {
  return draftOf(readKept(sideDraftKey(name)));
}

/** Whether it could be kept. */
export function writeSideDraft(name: DraftName, draft: Draft | undefined): boolean {
  return writeKept(sideDraftKey(name), draft);
}

/** Tells what other tabs keep as they keep it; the returned function ends that. */
export function watchDraft(name: DraftName, onkept: (draft: Draft | undefined) => void): () => void {
  const listen = ({ key, newValue }: StorageEvent): void => {
    if (key === draftKey(name)) onkept(draftOf(parse(newValue ?? undefined)));
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}

function draftOf(stored: unknown): Draft | undefined {
  if (!isRecord(stored) || !Array.isArray(stored['files'])) return undefined;
  const files = (stored['files'] as readonly unknown[]).flatMap((file): readonly ManifestFile[] =>
    isRecord(file) && typeof file['path'] === 'string' && typeof file['text'] === 'string'
      ? [{ path: file['path'], text: file['text'] }]
      : [],
  );
  return { files, mode: oneOf(stored['mode'], ['labels', 'none', 'sidecar', 'ambient']) ?? 'labels' };
}

/** What is kept under a key; undefined if there is nothing, or nothing that can be read. */
export function readKept(key: string): unknown {
  return parse(readRaw(key));
}

/** What stands under a key, readable or not; undefined if there is nothing. */
export function readRaw(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined; // forbidden storage: as if nothing had been kept
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a broken entry: as if nothing had been kept
  }
}

/** Keeps a value, or forgets it when it is undefined; whether storage allowed that. */
export function writeKept(key: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // full or forbidden: the caller says so
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shareOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1 ? value : undefined;
}

export function oneOf<const T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}
