// The manifests being edited: their files, what is wrong with them, how they differ from what runs; kept between visits.

import type { Diagnostic, ManifestFile } from '../../manifests/index.ts';
import type { MeshMode, ScenarioSource } from '../../scenario/port.ts';
import {
  countDifferences,
  freeName,
  sameFiles,
  withAdded,
  withRenamed,
  withText,
  type Files,
} from '../editor/files.ts';
import { afterQuiet } from '../quiet.ts';
import { readDraft, writeDraft } from '../storage.ts';

/** `labels`: the namespaces' own labels decide which mesh there is. */
export type Mode = MeshMode | 'labels';

/** A line of a manifest that somebody asked to see. `stamp` tells two equal requests apart. */
export interface Reveal {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly stamp: number;
}

export interface DraftsListener {
  /** The files have been at rest for a moment since they changed. */
  onRest(): void;
  /** The browser would not keep them. */
  onStorageFull(): void;
}

const VALIDATE_AFTER_MS = 300;
const SAVE_AFTER_MS = 800;

export class Drafts {
  files = $state.raw<Files>([]);
  /** What the engine has been given last. */
  applied = $state.raw<Files>([]);
  activePath = $state('');
  mode = $state<Mode>('labels');
  problems = $state.raw<readonly Diagnostic[]>([]);
  reveal = $state.raw<Reveal | undefined>();

  readonly active = $derived(this.files.find((file) => file.path === this.activePath));
  readonly isEdited = $derived(!sameFiles(this.files, this.applied));

  readonly #start: ScenarioSource;
  readonly #listener: DraftsListener;
  readonly #tellSoon: ReturnType<typeof afterQuiet>;
  readonly #saveSoon: ReturnType<typeof afterQuiet>;

  constructor(start: ScenarioSource, listener: DraftsListener) {
    this.#start = start;
    this.#listener = listener;
    this.#tellSoon = afterQuiet(VALIDATE_AFTER_MS, () => listener.onRest());
    this.#saveSoon = afterQuiet(SAVE_AFTER_MS, () => this.#save());
    const draft = readDraft();
    this.files = draft?.files ?? start.manifests;
    this.mode = draft?.mode ?? start.mesh ?? 'labels';
    this.activePath = this.files[0]?.path ?? '';
  }

  /** The scenario with the manifests as they are now. */
  get source(): ScenarioSource {
    const { mesh: _mesh, ...byLabels } = this.#start;
    return { ...byLabels, manifests: this.files, ...(this.mode === 'labels' ? {} : { mesh: this.mode }) };
  }

  edit(path: string, text: string): void {
    this.#change(withText(this.files, path, text));
  }

  /** Adds files, or replaces those of the same name. */
  add(files: readonly ManifestFile[]): void {
    this.activePath = files[0]?.path ?? this.activePath;
    this.#change(withAdded(this.files, files));
  }

  addEmpty(): void {
    this.add([{ path: freeName(this.files), text: '' }]);
  }

  rename(path: string, name: string): void {
    const renamed = withRenamed(this.files, path, name.trim());
    if (renamed === this.files) return;
    if (this.activePath === path) this.activePath = name.trim();
    this.#change(renamed);
  }

  close(path: string): void {
    const at = this.files.findIndex((file) => file.path === path);
    const kept = this.files.filter((file) => file.path !== path);
    if (this.activePath === path) this.activePath = (kept[at] ?? kept[at - 1])?.path ?? '';
    this.#change(kept);
  }

  /** Another mesh mode; the files stay. */
  setMode(mode: Mode): void {
    this.mode = mode;
    this.#saveSoon.call();
  }

  /** What is being edited is what runs from now on. */
  markApplied(): void {
    this.applied = this.files;
  }

  /** Back to the files it started with, and nothing kept; whether storage allowed that. */
  reset(): boolean {
    this.files = this.#start.manifests;
    this.mode = this.#start.mesh ?? 'labels';
    this.activePath = this.files[0]?.path ?? '';
    return writeDraft(undefined);
  }

  /** How many files differ from the ones it started with. */
  countEdited(): number {
    return countDifferences(this.#start.manifests, this.files);
  }

  /** Opens a file at a line; whether there is such a file. */
  show(path: string, line: number, endLine = line): boolean {
    if (!this.files.some((file) => file.path === path)) return false;
    this.activePath = path;
    this.reveal = { path, line, endLine, stamp: (this.reveal?.stamp ?? 0) + 1 };
    return true;
  }

  /** Keeps what is being edited before the page goes. */
  flush(): void {
    this.#saveSoon.flush();
  }

  #change(files: Files): void {
    this.files = files;
    this.#tellSoon.call();
    this.#saveSoon.call();
  }

  #save(): void {
    if (!writeDraft({ files: this.files, mode: this.mode })) this.#listener.onStorageFull();
  }
}
