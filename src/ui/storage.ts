// What the browser keeps between visits: settings and the sandbox's drafts. Storage may be full, forbidden or hold nonsense;
// none of that may stop the page.

import type { Language } from '../text/index.ts';
import type { ManifestFile } from '../manifests/index.ts';
import type { MeshMode } from '../scenario/port.ts';
import { themes, type Theme } from './theme.ts';

/** `auto` follows the system. */
export const motions = ['auto', 'full', 'calm'] as const;
export type Motion = (typeof motions)[number];

export interface Settings {
  readonly language: Language | undefined;
  readonly theme: Theme;
  readonly motion: Motion;
  readonly hasSingleKeys: boolean;
  /** Height of the inspector as a share of its column, 0 to 1; undefined while nobody has moved it. */
  readonly inspectorShare: number | undefined;
}

/** What was being edited. */
export interface Draft {
  readonly files: readonly ManifestFile[];
  readonly mode: MeshMode | 'labels';
}

const SETTINGS = 'meshscope.settings.v1';
const DRAFT = 'meshscope.sandbox.v1';

const defaultSettings: Settings = {
  language: undefined,
  theme: 'auto',
  motion: 'auto',
  hasSingleKeys: true,
  inspectorShare: undefined,
};

export function readSettings(): Settings {
  const stored = read(SETTINGS);
  if (!isRecord(stored)) return defaultSettings;
  return {
    language: oneOf(stored['language'], ['en', 'ja']),
    theme: oneOf(stored['theme'], themes) ?? 'auto',
    motion: oneOf(stored['motion'], motions) ?? 'auto',
    hasSingleKeys: stored['hasSingleKeys'] !== false,
    inspectorShare: shareOf(stored['inspectorShare']),
  };
}

/** Whether it could be kept. */
export function writeSettings(settings: Settings): boolean {
  return write(SETTINGS, settings);
}

export function readDraft(): Draft | undefined {
  const stored = read(DRAFT);
  if (!isRecord(stored) || !Array.isArray(stored['files'])) return undefined;
  const files = (stored['files'] as readonly unknown[]).flatMap((file): readonly ManifestFile[] =>
    isRecord(file) && typeof file['path'] === 'string' && typeof file['text'] === 'string'
      ? [{ path: file['path'], text: file['text'] }]
      : [],
  );
  return { files, mode: oneOf(stored['mode'], ['labels', 'none', 'sidecar', 'ambient']) ?? 'labels' };
}

/** Whether it could be kept. */
export function writeDraft(draft: Draft | undefined): boolean {
  return write(DRAFT, draft);
}

function read(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // forbidden storage or a broken entry: as if nothing had been kept
  }
}

function write(key: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // full or forbidden: the caller says so
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shareOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1 ? value : undefined;
}

function oneOf<const T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}
