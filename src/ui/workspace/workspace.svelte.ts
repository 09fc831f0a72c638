// The screen's one state, made of parts with one purpose each, and the intents that need more than one of them. Components read the
// parts and call intents; nothing here decides what the mesh does.

import type { ScenarioSource } from '../../scenario/port.ts';
import { fill, type Language, type Texts } from '../../text/index.ts';
import type { Origin } from '../../trace/index.ts';
import { type AnyEntityId, formatInstant } from '../../view/index.ts';
import type { Connect } from '../engine-port.ts';
import { Drafts, type Mode } from './drafts.svelte.ts';
import { Notice } from './notice.svelte.ts';
import { Panes } from './panes.svelte.ts';
import { Playhead } from './playhead.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { RunLink } from './run-link.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { StageModel } from './stage-model.svelte.ts';

export interface WorkspaceOptions {
  readonly connect: Connect;
  readonly source: ScenarioSource;
  readonly language: Language;
  readonly texts: Texts;
}

export interface RequestIntent {
  readonly pod: AnyEntityId;
  readonly url: string;
  readonly count: number;
  readonly method: string;
}

export class Workspace {
  readonly notice = new Notice();
  readonly panes = new Panes();
  readonly preferences: Preferences;
  readonly run: RunLink;
  readonly playhead: Playhead;
  readonly selection: Selection;
  readonly stage: StageModel;
  readonly drafts: Drafts;
  readonly #scenario: string;

  constructor({ connect, source, language, texts }: WorkspaceOptions) {
    this.#scenario = source.scenario;
    this.preferences = new Preferences(language, texts, this.notice);
    this.run = new RunLink(connect, {
      onSlice: (first) => {
        this.selection.forgetFrom(first);
        this.playhead.forgetFrom(first);
      },
      onProgress: () => this.playhead.openFresh(),
      onStop: () => this.playhead.pause(),
      onValidated: (diagnostics) => (this.drafts.problems = diagnostics),
    });
    this.playhead = new Playhead(this.run, this.notice);
    this.selection = new Selection(this.run, this.playhead, this.notice);
    this.stage = new StageModel(this.run, this.playhead, this.preferences);
    this.drafts = new Drafts(source, {
      onRest: () => this.#validate(),
      onStorageFull: () => this.notice.say(this.ui.editor.storageFull),
    });
    const isDraft = this.drafts.countEdited() > 0;
    this.#load({ isFresh: true });
    if (isDraft) this.notice.say(this.ui.editor.restored);
  }

  /** The page's words in the language in use. */
  get texts(): Texts {
    return this.preferences.texts;
  }

  get ui(): Texts['ui'] {
    return this.preferences.texts.ui;
  }

  // --- looking

  /** Selects a record and goes to its instant. */
  goTo(id: number): void {
    this.playhead.seekRecord(id);
    this.selection.select({ kind: 'record', id });
  }

  /** Opens the log on everything that names `text`. */
  showLog(text: string): void {
    this.panes.panel = 'log';
    this.panes.front = 'inspector';
    this.panes.logText = text;
  }

  /** Opens the manifest that a decision goes back to, at its lines. */
  showManifest({ path, range: [line, , endLine] }: Origin): void {
    this.showLine(path, line, endLine);
  }

  showLine(path: string, line: number, endLine = line): void {
    if (this.drafts.show(path, line, endLine)) this.panes.front = 'manifests';
  }

  // --- manifests

  /** kubectl apply at the present instant: what came before stays, what follows is computed anew. */
  apply(): void {
    if (this.run.phase.kind !== 'running' || !this.drafts.isEdited) return;
    this.drafts.markApplied();
    const at = this.playhead.halt();
    this.run.act(at, { kind: 'apply', manifests: this.drafts.files });
    this.notice.say(fill(this.ui.action.applied, { time: formatInstant(at) }));
  }

  /** From the beginning, with the edited manifests. */
  restart(): void {
    this.#load({ isFresh: false });
    this.notice.say(this.ui.action.restarted);
  }

  /** From the beginning, with the manifests it started with. */
  reset(): void {
    const isForgotten = this.drafts.reset();
    this.#load({ isFresh: true });
    this.notice.say(isForgotten ? this.ui.action.reset : this.ui.editor.storageFull);
  }

  setMode(mode: Mode): void {
    if (mode === this.drafts.mode) return;
    this.drafts.setMode(mode);
    this.#load({ isFresh: true });
    this.notice.say(fill(this.ui.mode.changed, { mode: this.ui.mode[mode] }));
  }

  // --- the world

  killPod(pod: AnyEntityId): void {
    const entry = this.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.playhead.halt();
    this.run.act(at, { kind: 'kill-pod', namespace: entry.namespace, name: entry.name });
    this.notice.say(fill(this.ui.action.killed, { pod: entry.name, time: formatInstant(at) }));
  }

  sendRequest({ pod, url, count, method }: RequestIntent): void {
    const entry = this.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.playhead.halt();
    const from = { namespace: entry.namespace, pod: entry.name };
    this.run.act(at, { kind: 'send-request', from, url, count, method });
    this.notice.say(fill(this.ui.action.sent, { pod: entry.name, count, time: formatInstant(at) }));
  }

  /** Starts the simulation again after the worker died or the engine failed. */
  revive(): void {
    this.#load({ isFresh: false });
  }

  #load({ isFresh }: { readonly isFresh: boolean }): void {
    this.playhead.rewind(isFresh);
    this.selection.clear();
    this.drafts.markApplied();
    this.run.load(this.drafts.source);
    this.#validate();
  }

  #validate(): void {
    this.run.validate(this.drafts.files, this.#scenario);
  }
}
