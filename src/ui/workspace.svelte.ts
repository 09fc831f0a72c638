// The screen's one state: the run as it arrives, the playhead, the selection, the manifests being edited, and what a person may
// intend. Components read from here and call its intents; nothing here decides what the mesh does.

import type { Diagnostic, ManifestFile } from '../manifests/index.ts';
import type { Action, MeshMode, RunInfo, ScenarioSource, ToPage } from '../scenario/port.ts';
import { fill, loadTexts, type Language, type Texts } from '../text/index.ts';
import type { Explanation, Origin } from '../trace/index.ts';
import {
  type AnyEntityId,
  formatInstant,
  layoutOf,
  openingInstant,
  RunIndex,
  sceneAt,
  whyOf,
  type WhyModel,
} from '../view/index.ts';
import { countDifferences, freeName, sameFiles, withAdded, withRenamed, withText } from './editor/files.ts';
import type { Connect, EnginePort } from './engine-port.ts';
import { afterQuiet } from './quiet.ts';
import {
  defaultSettings,
  readDraft,
  readSettings,
  writeDraft,
  writeSettings,
  type Motion,
  type Settings,
  type Theme,
} from './storage.ts';
import { play } from './transport/playback.ts';

export type Mode = MeshMode | 'labels';

/** The one thing that is held: a record (and with it its request or connection) or a pod. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'record'; readonly id: number }
  | { readonly kind: 'pod'; readonly pod: AnyEntityId };

export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'running' }
  /** The engine stopped on a bug of its own. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The worker is gone. */
  | { readonly kind: 'dead'; readonly reason: string };

export type InspectorTab = 'why' | 'sequence' | 'log';
/** What a narrow screen shows. */
export type NarrowTab = 'stage' | 'inspector' | 'manifests';

/** A line of a manifest that somebody asked to see. `stamp` tells two equal requests apart. */
export interface Reveal {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly stamp: number;
}

export interface WorkspaceOptions {
  readonly connect: Connect;
  readonly source: ScenarioSource;
  readonly language: Language;
  readonly texts: Texts;
}

/** Simulated time per wall time, from slow to fast. */
export const speeds: readonly number[] = [
  1 / 5000,
  1 / 2000,
  1 / 1000,
  1 / 500,
  1 / 200,
  1 / 100,
  1 / 50,
  1 / 20,
  1 / 10,
  1 / 5,
  1 / 2,
  1,
  2,
  5,
  10,
];
const SPEED_AT_START = 3;
const VALIDATE_AFTER_MS = 300;
const SAVE_AFTER_MS = 800;
/** How far past the playhead a run is computed when its scenario does not end sooner. */
const AHEAD_US = 60_000_000;

export class Workspace {
  // --- words and settings
  language = $state<Language>('en');
  texts = $state.raw<Texts>() as Texts; // set in the constructor
  settings = $state.raw<Settings>(defaultSettings);
  /** The theme in use, once the page has found out. */
  appearance = $state<'light' | 'dark'>();
  /** The last thing worth saying, for everybody and for screen readers. */
  notice = $state('');

  // --- the run
  phase = $state.raw<Phase>({ kind: 'loading' });
  info = $state.raw<RunInfo | undefined>();
  simulated = $state(0);
  /** The engine's reasons by decision; `asked` while it has not answered, `none` when it has none. */
  explanations = $state.raw<Readonly<Record<number, Explanation | 'asked' | 'none'>>>({});

  // --- the playhead
  t = $state(0);
  /** Set while somebody steps: the cursor may then stand between records of one instant. */
  step = $state<number | undefined>();
  /** Where the playhead was one frame ago; equal to `t` when still. */
  since = $state(0);
  isPlaying = $state(false);
  speedAt = $state(SPEED_AT_START);
  hurriesQuiet = $state(true);

  // --- selection
  selection = $state.raw<Selection>({ kind: 'none' });
  tab = $state<InspectorTab>('why');
  narrowTab = $state<NarrowTab>('stage');
  /** What the log is filtered by. */
  logText = $state('');
  reveal = $state.raw<Reveal | undefined>();

  // --- manifests
  files = $state.raw<readonly ManifestFile[]>([]);
  /** What the engine has been given last. */
  applied = $state.raw<readonly ManifestFile[]>([]);
  activePath = $state('');
  mode = $state<Mode>('labels');
  problems = $state.raw<readonly Diagnostic[]>([]);

  readonly ui = $derived(this.texts.ui);
  readonly cursor = $derived.by(() => {
    return this.step ?? this.index.cursorAt(this.t);
  });
  readonly layout = $derived.by(() => {
    return layoutOf(this.index, this.info?.pins ?? {});
  });
  /** Counts changes of the still picture up to the cursor, so that the scene is made only when it differs. */
  readonly #picture = $derived.by(() => {
    return this.index.picture.countBefore(this.cursor);
  });
  readonly scene = $derived.by(() => {
    const last = this.index.picture.ids[this.#picture - 1];
    return sceneAt(this.index, this.layout, last === undefined ? 0 : last + 1);
  });
  readonly end = $derived(Math.max(this.info?.duration ?? 0, this.simulated, 1_000_000));
  readonly speed = $derived(speeds[this.speedAt] ?? 1);
  readonly selectedRequest = $derived.by(() => {
    return this.selection.kind === 'record' && this.selection.id < this.index.trace.length
      ? this.index.requests.of(this.selection.id)
      : -1;
  });
  readonly why = $derived.by((): WhyModel | undefined => {
    const id = this.explainedRecord;
    return id === undefined ? undefined : whyOf(this.index, id);
  });
  /** The record that the inspector explains: the selected one, or the selected pod's latest. */
  readonly explainedRecord = $derived.by((): number | undefined => {
    switch (this.selection.kind) {
      case 'record':
        return this.selection.id < this.index.trace.length ? this.selection.id : undefined;
      case 'pod':
        return this.index.cluster.pod(this.selection.pod, this.cursor)?.id;
      case 'none':
        return undefined;
    }
  });
  readonly active = $derived(this.files.find((file) => file.path === this.activePath));
  readonly isEdited = $derived(!sameFiles(this.files, this.applied));
  readonly rejected = $derived((this.info?.diagnostics ?? []).filter((diagnostic) => diagnostic.severity === 'error'));

  /** The index grows in place; a new holder tells those who read it. */
  #held = $state.raw({ index: new RunIndex() });
  readonly #connect: Connect;
  readonly #start: ScenarioSource;
  #port: EnginePort | undefined;
  #run = 0;
  #validation = 0;
  /** Whether the run has never been moved by a person: then it opens at a telling moment. */
  #isFresh = true;
  #stopPlaying: (() => void) | undefined;
  readonly #validateSoon = afterQuiet(VALIDATE_AFTER_MS, () => this.#validate());
  readonly #saveSoon = afterQuiet(SAVE_AFTER_MS, () => this.#save());

  constructor(options: WorkspaceOptions) {
    this.#connect = options.connect;
    this.#start = options.source;
    this.language = options.language;
    this.texts = options.texts;
    this.settings = readSettings();
    const draft = readDraft();
    this.files = draft?.files ?? options.source.manifests;
    this.mode = draft?.mode ?? options.source.mesh ?? 'labels';
    this.activePath = this.files[0]?.path ?? '';
    if (draft !== undefined && !sameFiles(draft.files, options.source.manifests)) this.notice = this.ui.editor.restored;
    this.#load();
  }

  /** The run so far. */
  get index(): RunIndex {
    return this.#held.index;
  }

  // --- settings

  async setLanguage(language: Language): Promise<void> {
    this.texts = await loadTexts(language);
    this.language = language;
    this.#keepSettings({ language });
  }

  setTheme(theme: Theme): void {
    this.#keepSettings({ theme });
  }

  setMotion(motion: Motion): void {
    this.#keepSettings({ motion });
  }

  setSingleKeys(hasSingleKeys: boolean): void {
    this.#keepSettings({ hasSingleKeys });
  }

  // --- time

  play(): void {
    this.notice = '';
    if (this.isPlaying || this.phase.kind !== 'running') return;
    if (this.t >= this.simulated && this.t >= this.end) this.seek(0);
    this.isPlaying = true;
    this.step = undefined;
    this.#stopPlaying = play({
      head: () => ({
        t: this.t,
        speed: this.speed,
        limit: this.simulated,
        quietUntil: this.hurriesQuiet ? this.index.packets.quietUntil(this.t) : undefined,
      }),
      advance: (t) => {
        this.since = this.t;
        this.t = t;
        if (t >= this.end) this.pause();
        else this.#computeAhead();
      },
    });
  }

  pause(): void {
    this.#stopPlaying?.();
    this.#stopPlaying = undefined;
    this.isPlaying = false;
    this.t = Math.round(this.t);
    this.since = this.t;
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Moves the playhead; playing stops. */
  seek(t: number): void {
    this.pause();
    this.notice = '';
    this.#isFresh = false;
    this.step = undefined;
    this.t = Math.round(Math.min(Math.max(0, t), this.end));
    this.since = this.t;
    this.#computeAhead();
  }

  /** One record on or back. */
  stepBy(by: 1 | -1): void {
    this.pause();
    this.#isFresh = false;
    const cursor = Math.min(this.index.trace.length, Math.max(0, this.cursor + by));
    this.step = cursor;
    if (cursor > 0) this.t = this.index.trace.timeOf(cursor - 1);
    else this.t = 0;
    this.since = this.t;
  }

  /** Shows the instant right after a record. */
  seekRecord(id: number): void {
    this.pause();
    this.#isFresh = false;
    this.step = id + 1;
    this.t = this.index.trace.timeOf(id);
    this.since = this.t;
  }

  faster(by: 1 | -1): void {
    this.speedAt = Math.min(speeds.length - 1, Math.max(0, this.speedAt + by));
  }

  // --- selection

  select(selection: Selection): void {
    this.notice = '';
    this.selection = selection;
  }

  /** Selects a record and goes to its instant. */
  goTo(id: number): void {
    this.seekRecord(id);
    this.select({ kind: 'record', id });
  }

  /** Opens the log on everything that names `text`. */
  showLog(text: string): void {
    this.tab = 'log';
    this.narrowTab = 'inspector';
    this.logText = text;
  }

  showManifest(origin: Origin): void {
    const [line, , endLine] = origin.range;
    this.revealLine(origin.path, line, endLine);
  }

  revealLine(path: string, line: number, endLine = line): void {
    if (!this.files.some((file) => file.path === path)) return;
    this.activePath = path;
    this.narrowTab = 'manifests';
    this.reveal = { path, line, endLine, stamp: (this.reveal?.stamp ?? 0) + 1 };
  }

  /** Asks the engine for the reasons of a decision, once. */
  explain(record: number): void {
    if (this.explanations[record] !== undefined) return;
    this.explanations = { ...this.explanations, [record]: 'asked' };
    this.#port?.post({ type: 'explain', run: this.#run, record });
  }

  // --- manifests

  edit(path: string, text: string): void {
    this.files = withText(this.files, path, text);
    this.#validateSoon.call();
    this.#saveSoon.call();
  }

  /** Adds files, or replaces those of the same name. */
  addFiles(files: readonly ManifestFile[]): void {
    this.files = withAdded(this.files, files);
    this.activePath = files[0]?.path ?? this.activePath;
    this.#validateSoon.call();
    this.#saveSoon.call();
  }

  newFile(): void {
    this.addFiles([{ path: freeName(this.files), text: '' }]);
  }

  renameFile(path: string, name: string): void {
    const renamed = withRenamed(this.files, path, name.trim());
    if (renamed === this.files) return;
    this.files = renamed;
    if (this.activePath === path) this.activePath = name.trim();
    this.#validateSoon.call();
    this.#saveSoon.call();
  }

  closeFile(path: string): void {
    const at = this.files.findIndex((file) => file.path === path);
    this.files = this.files.filter((file) => file.path !== path);
    if (this.activePath === path) this.activePath = (this.files[at] ?? this.files[at - 1])?.path ?? '';
    this.#validateSoon.call();
    this.#saveSoon.call();
  }

  /** kubectl apply at the present instant: what came before stays, what follows is computed anew. */
  apply(): void {
    if (this.phase.kind !== 'running' || !this.isEdited) return;
    const previous = this.applied;
    this.applied = this.files;
    this.#act({ kind: 'apply', manifests: this.files, previous });
    this.notice = fill(this.ui.action.applied, { time: formatInstant(this.t) });
  }

  /** From the beginning, with the edited manifests. */
  restart(): void {
    this.#load();
    this.notice = this.ui.action.restarted;
  }

  /** From the beginning, with the manifests it started with. */
  reset(): void {
    this.files = this.#start.manifests;
    this.mode = this.#start.mesh ?? 'labels';
    this.activePath = this.files[0]?.path ?? '';
    this.#isFresh = true;
    this.#load();
    if (!writeDraft(undefined)) this.notice = this.ui.editor.storageFull;
    else this.notice = this.ui.action.reset;
  }

  /** Files that differ from the ones it started with. */
  editedSinceStart(): number {
    return countDifferences(this.#start.manifests, this.files);
  }

  setMode(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.#isFresh = true;
    this.#load();
    this.#saveSoon.call();
    this.notice = fill(this.ui.mode.changed, { mode: this.ui.mode[mode] });
  }

  // --- the world

  killPod(pod: AnyEntityId): void {
    const entry = this.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    this.#act({ kind: 'kill-pod', namespace: entry.namespace, name: entry.name });
    this.notice = fill(this.ui.action.killed, { pod: entry.name, time: formatInstant(this.t) });
  }

  sendRequest(request: {
    readonly pod: AnyEntityId;
    readonly url: string;
    readonly count: number;
    readonly method: string;
  }): void {
    const entry = this.index.cluster.pods.get(request.pod);
    if (entry === undefined) return;
    const { url, count, method } = request;
    this.#act({ kind: 'send-request', from: { namespace: entry.namespace, pod: entry.name }, url, count, method });
    this.notice = fill(this.ui.action.sent, { pod: entry.name, count, time: formatInstant(this.t) });
  }

  /** Starts the simulation again after the worker died or the engine failed. */
  revive(): void {
    this.#load();
  }

  /** Keeps what is being edited before the page goes. */
  leave(): void {
    this.#saveSoon.flush();
  }

  // --- the engine

  #load(): void {
    this.pause();
    this.#port?.close();
    this.#run += 1;
    this.phase = { kind: 'loading' };
    this.info = undefined;
    this.#held = { index: new RunIndex() };
    this.simulated = 0;
    this.t = 0;
    this.since = 0;
    this.step = undefined;
    this.selection = { kind: 'none' };
    this.explanations = {};
    this.applied = this.files;
    this.#port = this.#connect({
      onMessage: (message) => this.#receive(message),
      onDeath: (reason) => this.#died(reason),
    });
    const { mode } = this;
    const { mesh: _mesh, ...sourceByLabels } = this.#start;
    this.#port.post({
      type: 'load',
      run: this.#run,
      source: { ...sourceByLabels, manifests: this.files, ...(mode === 'labels' ? {} : { mesh: mode }) },
    });
    this.#validate();
  }

  #act(action: Action): void {
    this.pause();
    this.#isFresh = false;
    const at = Math.round(this.t);
    this.step = undefined;
    this.#port?.post({ type: 'act', run: this.#run, at, action, until: Math.max(this.end, at + 10_000_000) });
  }

  #receive(message: ToPage): void {
    if (message.type === 'validated') {
      if (message.request === this.#validation) this.problems = message.diagnostics;
      return;
    }
    if (message.run !== this.#run) return;
    switch (message.type) {
      case 'loaded':
        this.info = message.info;
        this.phase = { kind: 'running' };
        this.#port?.post({ type: 'advance', run: this.#run, until: Math.min(message.info.duration, AHEAD_US) });
        return;
      case 'slice':
        this.index.receive(message.slice);
        this.#forgetFrom(message.slice.first);
        this.#held = { index: this.index };
        return;
      case 'progress':
        this.simulated = message.simulated;
        if (message.diagnostics !== undefined && this.info !== undefined)
          this.info = { ...this.info, diagnostics: message.diagnostics };
        this.#open();
        return;
      case 'explanation':
        this.explanations = { ...this.explanations, [message.record]: message.explanation ?? 'none' };
        return;
      case 'summary':
        return;
      case 'failed':
        this.pause();
        this.phase = { kind: 'failed', message: message.message };
        return;
    }
  }

  /** A fresh run stands still at a telling moment as soon as it holds one. */
  #open(): void {
    if (!this.#isFresh) return;
    const t = openingInstant(this.index);
    if (t === this.t) return;
    this.t = t;
    this.since = t;
  }

  #forgetFrom(first: number): void {
    if (this.selection.kind === 'record' && this.selection.id >= first) this.selection = { kind: 'none' };
    if (this.step !== undefined && this.step > first) this.step = undefined;
    const kept = Object.entries(this.explanations).filter(([record]) => Number(record) < first);
    this.explanations = Object.fromEntries(kept);
  }

  #died(reason: string): void {
    this.pause();
    this.phase = { kind: 'dead', reason };
  }

  #computeAhead(): void {
    const duration = this.info?.duration ?? 0;
    if (this.simulated >= duration || this.t < this.simulated - AHEAD_US / 4) return;
    this.#port?.post({ type: 'advance', run: this.#run, until: Math.min(duration, this.simulated + AHEAD_US) });
  }

  #validate(): void {
    this.#validation += 1;
    this.#port?.post({
      type: 'validate',
      request: this.#validation,
      manifests: this.files,
      scenario: this.#start.scenario,
    });
  }

  #save(): void {
    if (!writeDraft({ files: this.files, mode: this.mode })) this.notice = this.ui.editor.storageFull;
  }

  #keepSettings(changed: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changed };
    if (!writeSettings(this.settings)) this.notice = this.ui.editor.storageFull;
  }
}
