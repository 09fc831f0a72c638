// The manifests being edited: their files, what is wrong with them, how they differ from what runs; kept between visits.

import type { ManifestFile } from '../../manifests/index.ts';
import type { MeshMode, ScenarioSource } from '../../scenario/port.ts';
import type { Problem } from '../diagnostics.ts';
import { EditHistory, type Edited, type EditStep } from '../editor/edit-history.ts';
import {
  differencesOf,
  freeName,
  sameFiles,
  withAdded,
  withRenamed,
  withText,
  type FileDifferences,
  type Files,
} from '../editor/files.ts';
import { afterQuiet } from '../quiet.ts';
import type { Draft, DraftName } from '../storage.ts';
import { DraftKeeper } from './draft-keeper.svelte.ts';
import type { Futures } from './futures.ts';

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
  /** What runs now, for the history. */
  futures(): Futures;
  /** The files have been at rest for a moment since they changed. */
  onRest(): void;
  /** The browser keeps them. */
  onKept(draft: Draft): void;
  /** The browser would not keep them. */
  onStorageFull(): void;
}

type Snapshot = Edited<Mode, Futures>;

/** A step that was taken back or done again, and what is to run then. */
export interface Retraced {
  readonly step: EditStep;
  readonly futures: Futures;
}

const VALIDATE_AFTER_MS = 300;
const SAVE_AFTER_MS = 800;

export class Drafts {
  files = $state.raw<Files>([]);
  /** What the engine has been given last. */
  applied = $state.raw<Files>([]);
  activePath = $state('');
  mode = $state<Mode>('labels');
  problems = $state.raw<readonly Problem[]>([]);
  reveal = $state.raw<Reveal | undefined>();

  readonly active = $derived(this.files.find((file) => file.path === this.activePath));
  readonly isEdited = $derived(!sameFiles(this.files, this.applied));

  readonly keeper: DraftKeeper;
  readonly #start: ScenarioSource;
  readonly #listener: DraftsListener;
  readonly #tellSoon: ReturnType<typeof afterQuiet>;
  readonly #saveSoon: ReturnType<typeof afterQuiet>;
  readonly #history = new EditHistory<Mode, Futures>();
  #shown = 0;

  /** `name`: under which they are kept; undefined: not at all. */
  constructor(start: ScenarioSource, name: DraftName | undefined, listener: DraftsListener) {
    this.keeper = new DraftKeeper(name);
    this.#start = start;
    this.#listener = listener;
    this.#tellSoon = afterQuiet(VALIDATE_AFTER_MS, () => listener.onRest());
    this.#saveSoon = afterQuiet(SAVE_AFTER_MS, () => this.#save());
    const draft = this.keeper.read();
    this.files = draft?.files ?? start.manifests;
    this.mode = draft?.mode ?? start.mesh ?? 'labels';
    this.activePath = this.files[0]?.path ?? '';
  }

  /** The scenario with the manifests as they are now. */
  get source(): ScenarioSource {
    const { mesh: _mesh, ...byLabels } = this.#start;
    return { ...byLabels, manifests: this.files, ...(this.mode === 'labels' ? {} : { mesh: this.mode }) };
  }

  /** The files it started with. */
  get start(): Files {
    return this.#start.manifests;
  }

  /** The text of a file as it was at the start; empty when there was no such file. */
  startText(path: string): string {
    return this.#start.manifests.find((file) => file.path === path)?.text ?? '';
  }

  /** A file's new text; typed unless `kind` says how else it came about. */
  edit(path: string, text: string, kind: 'text' | 'fix' | 'format' | 'form' = 'text'): void {
    this.#change({ kind, path }, withText(this.files, path, text));
  }

  /** Adds files, or replaces those of the same name. */
  add(files: readonly ManifestFile[]): void {
    const next = withAdded(this.files, files);
    this.#change({ kind: 'open', count: files.length }, next, files[0]?.path ?? this.activePath);
  }

  addEmpty(): void {
    const path = freeName(this.files);
    this.#change({ kind: 'new', path }, withAdded(this.files, [{ path, text: '' }]), path);
  }

  rename(path: string, name: string): void {
    const to = name.trim();
    const renamed = withRenamed(this.files, path, to);
    if (renamed === this.files) return;
    this.#change({ kind: 'rename', path, name: to }, renamed, this.activePath === path ? to : this.activePath);
  }

  close(path: string): void {
    const at = this.files.findIndex((file) => file.path === path);
    const kept = this.files.filter((file) => file.path !== path);
    const next = this.activePath === path ? ((kept[at] ?? kept[at - 1])?.path ?? '') : this.activePath;
    this.#change({ kind: 'close', path }, kept, next);
  }

  /** Takes the last step back; undefined when there is none. */
  undo(): Retraced | undefined {
    return this.#goTo(this.#history.undo());
  }

  /** Does the step again that was taken back last; undefined when there is none. */
  redo(): Retraced | undefined {
    return this.#goTo(this.#history.redo());
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

  /** Keeps what was done in the history; `before`: what there was, `edited` at that time. */
  record(step: EditStep, before: Snapshot): void {
    this.#history.record(step, before, this.edited, performance.now());
  }

  /** Other files to edit, which are those of another fork: no step of the history. */
  exchange(files: Files): void {
    this.files = files;
    if (!files.some(({ path }) => path === this.activePath)) this.activePath = files[0]?.path ?? '';
    this.reveal = undefined;
    this.#rest();
  }

  /** Back to the files it started with, and nothing kept but the history; whether storage allowed that. */
  reset(): boolean {
    this.flush();
    const path = this.#start.manifests.some((file) => file.path === this.activePath) ? this.activePath : '';
    this.files = this.#start.manifests;
    this.mode = this.#start.mesh ?? 'labels';
    this.activePath = path === '' ? (this.files[0]?.path ?? '') : path;
    this.reveal = undefined;
    return this.keeper.keep(undefined);
  }

  /** What Reset would throw away. */
  lost(): FileDifferences {
    return differencesOf(this.#start.manifests, this.files);
  }

  /** Whether Reset would throw anything away. */
  get isAtStart(): boolean {
    return sameFiles(this.#start.manifests, this.files) && this.mode === (this.#start.mesh ?? 'labels');
  }

  /** Opens a file at a line; whether there is such a file. */
  show(path: string, line: number, endLine = line): boolean {
    if (!this.files.some((file) => file.path === path)) return false;
    this.activePath = path;
    this.#shown += 1;
    this.reveal = { path, line, endLine, stamp: this.#shown };
    return true;
  }

  /** The lines somebody asked to see are no longer asked for. */
  unreveal(): void {
    this.reveal = undefined;
  }

  /** What is kept between visits. */
  get kept(): Draft {
    return { files: this.files, mode: this.mode };
  }

  /** Takes other manifests in place of these; that can be undone. */
  take({ files, mode }: Draft, step: EditStep = { kind: 'open', count: files.length }): void {
    const before = this.edited;
    const path = files.some((file) => file.path === this.activePath) ? this.activePath : (files[0]?.path ?? '');
    this.mode = mode;
    this.#change(step, files, path, before);
  }

  /** Takes the manifests of another tab in place of these. */
  adopt(draft: Draft): void {
    this.take(draft);
    this.keeper.choose(this.kept);
  }

  /** There may be room for what is being edited now. */
  keepAgain(): void {
    this.keeper.keep(this.kept);
  }

  /** Keeps what is being edited before the page goes. */
  flush(): void {
    this.#saveSoon.flush();
  }

  /** Everything the history brings back. */
  get edited(): Snapshot {
    const { files, activePath, mode } = this;
    return { files, activePath, mode, futures: this.#listener.futures() };
  }

  #change(step: EditStep, files: Files, activePath = this.activePath, before = this.edited): void {
    if (sameFiles(before.files, files) && before.activePath === activePath && before.mode === this.mode) return;
    this.files = files;
    this.activePath = activePath;
    this.reveal = undefined; // its lines may stand elsewhere now
    this.record(step, before);
    this.#rest();
  }

  #goTo(found: ReturnType<EditHistory<Mode, Futures>['undo']>): Retraced | undefined {
    if (found === undefined) return undefined;
    this.files = found.to.files;
    this.activePath = found.to.activePath;
    this.mode = found.to.mode;
    this.reveal = undefined;
    this.#rest();
    return { step: found.step, futures: found.to.futures };
  }

  #rest(): void {
    this.keeper.wait();
    this.#tellSoon.call();
    this.#saveSoon.call();
  }

  #save(): void {
    if (!this.keeper.keep(this.kept)) this.#listener.onStorageFull();
    else if (this.keeper.isKeeping) this.#listener.onKept(this.kept);
  }
}
