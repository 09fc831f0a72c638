// The screen's one state, made of parts with one purpose each, and the intents that need more than one of them. Components read the
// parts and call intents; nothing here decides what the mesh does.

import type { Deviation, UnluckyMoment } from '../../explore/port.ts';
import type { JudgedViolation, LessonCatalogue, LessonEntry, LessonScript } from '../../lesson/model/index.ts';
import type { Action, Deed, Intervention, ScenarioSource } from '../../scenario/port.ts';
import { fill, type Language, type Texts } from '../../text/index.ts';
import type { Origin } from '../../trace/index.ts';
import { type AnyEntityId, formatInstant, type LogFilter } from '../../view/index.ts';
import { inTextOrder } from '../diagnostics.ts';
import type { EditStep } from '../editor/edit-history.ts';
import { stepText } from '../editor/step-text.ts';
import type { Connect } from '../engine-port.ts';
import type { ConnectJudge } from '../lesson/judge-port.ts';
import type { ConnectFinder } from '../race/finder-port.ts';
import type { RaceSession } from '../race/session.svelte.ts';
import { type AppliedManifests, applyReport, inputOf } from './apply-report.ts';
import type { Draft } from '../storage.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { Drafts, type Mode } from './drafts.svelte.ts';
import { LogView } from './log-view.svelte.ts';
import { Notice } from './notice.svelte.ts';
import { Objects } from './objects.svelte.ts';
import { Panes } from './panes.svelte.ts';
import { PolicyReach } from './policy-reach.svelte.ts';
import { Playhead } from './playhead.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { RunLink } from './run-link.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { StageModel } from './stage-model.svelte.ts';
import { MORE_US, Travel } from './travel.svelte.ts';

export interface WorkspaceOptions {
  readonly connect: Connect;
  readonly source: ScenarioSource;
  readonly language: Language;
  readonly texts: Texts;
  /** The lesson whose manifests these are; undefined in the sandbox. */
  readonly lesson?: OpenLesson;
  /** The name of a lesson that was asked for and is not there. */
  readonly missingLesson?: string;
  /** The run that a link asks for; undefined for the usual one. */
  readonly unlucky?: UnluckyMoment | 'unreadable';
  readonly loadLessons: () => Promise<LessonCatalogue>;
  readonly connectJudge: ConnectJudge;
  readonly connectFinder: ConnectFinder;
}

/** A lesson that is loaded, with its words in the language in which it was opened. */
export interface OpenLesson {
  readonly entry: LessonEntry;
  readonly script: LessonScript;
}

/** An instant of a run in microseconds, and the record that makes it worth seeing. */
export interface Moment {
  readonly at: number;
  readonly record: number | undefined;
}

export interface RequestIntent {
  readonly pod: AnyEntityId;
  readonly url: string;
  readonly count: number;
  readonly method: string;
}

export class Workspace {
  readonly notice = new Notice();
  readonly panes: Panes;
  readonly dialogs = new Dialogs();
  readonly log = new LogView();
  readonly preferences: Preferences;
  readonly run: RunLink;
  readonly playhead: Playhead;
  readonly selection: Selection;
  readonly travel: Travel;
  readonly stage: StageModel;
  readonly objects: Objects;
  readonly reach: PolicyReach;
  readonly drafts: Drafts;
  readonly lesson: OpenLesson | undefined;
  readonly loadLessons: () => Promise<LessonCatalogue>;
  /** Starts a simulation in a worker of its own, beside the page's. */
  readonly connect: Connect;
  readonly connectJudge: ConnectJudge;
  readonly connectFinder: ConnectFinder;
  /** The search for failing schedules, once somebody has opened it. */
  race: RaceSession | undefined;
  /** A moment to be shown as soon as the run has come to it. A link may be of another build, in which this record is another one: then it is the instant that counts. */
  #awaited: (Moment & { readonly isDoubtful?: true }) | undefined;
  /** The moment that the run was opened for, while the run still has it: where a requirement was broken, and how. */
  deciding = $state.raw<Moment | JudgedViolation>();
  /** An Apply that the engine has not yet answered for. */
  #applying: AppliedManifests | undefined;
  /** The input of the last Apply that was reported: what it created may still be coming in. */
  #reported: number | undefined;
  /** Where the run ends since the last action, if that made it longer, in microseconds. */
  #grewTo: number | undefined;
  /** What was done to the world by hand, and when, in microseconds: a run from the beginning does not know of it. */
  #deeds: readonly Deed[] = [];

  constructor(options: WorkspaceOptions) {
    const { connect, source, language, texts, lesson, missingLesson, unlucky, loadLessons } = options;
    this.lesson = lesson;
    this.loadLessons = loadLessons;
    this.connect = connect;
    this.connectJudge = options.connectJudge;
    this.connectFinder = options.connectFinder;
    this.panes = new Panes(lesson !== undefined);
    this.preferences = new Preferences(language, texts, this.notice);
    this.run = new RunLink(connect, {
      onCut: (first) => {
        this.selection.forgetFrom(first);
        this.playhead.forgetFrom(first);
        if (this.deciding?.record !== undefined && this.deciding.record >= first) this.deciding = undefined;
      },
      onGrown: () => {
        this.#reportApply();
        if (this.#reported !== undefined) this.reach.askPassedBy(this.#reported);
      },
      onProgress: () => {
        this.#showAwaited();
        this.playhead.openFresh();
      },
      onStop: () => this.playhead.pause(),
      onDiagnosed: (diagnostics) => {
        if (this.#applying !== undefined) this.#applying = { ...this.#applying, diagnostics };
      },
      onObjects: (rows) => this.objects.receiveList(rows),
      onObject: (ref, yaml) => {
        this.objects.receiveObject(ref, yaml);
        this.reach.receive(ref, yaml);
      },
      onValidated: (diagnostics, findings) => {
        this.drafts.problems = inTextOrder([...diagnostics, ...findings], this.drafts.files);
        if (findings.length > 0) void this.preferences.needAnalysis();
      },
    });
    this.playhead = new Playhead(this.run, this.notice);
    this.selection = new Selection(this.run, this.playhead, () => {
      this.notice.moveOn();
      this.drafts.unreveal();
    });
    this.travel = new Travel(this.run, this.playhead, this.selection);
    this.stage = new StageModel(this.run, this.playhead, this.preferences);
    this.objects = new Objects(this.run, this.playhead);
    this.reach = new PolicyReach(this.run);
    this.drafts = new Drafts(source, lesson === undefined ? 'sandbox' : `lesson.${lesson.entry.id}`, {
      onRest: () => this.#validate(),
      onStorageFull: () => this.notice.say(() => this.ui.editor.storageFull),
    });
    const isDraft = !this.drafts.isAtStart;
    if (unlucky !== undefined && unlucky !== 'unreadable' && !isDraft) {
      this.openUnlucky(unlucky);
      return;
    }
    this.#load({ isFresh: true });
    if (missingLesson !== undefined)
      this.notice.say(() => fill(this.ui.app.missingLesson, { id: missingLesson }), {
        label: () => this.ui.app.lessons,
        run: () => this.dialogs.show({ kind: 'lessons' }),
      });
    else if (unlucky === 'unreadable') this.notice.say(() => this.ui.race.unreadable);
    else if (unlucky !== undefined)
      this.notice.say(
        () => this.ui.race.edited,
        {
          label: () => this.ui.race.showUnedited,
          run: () => {
            this.drafts.reset();
            this.openUnlucky(unlucky);
          },
        },
        () => true,
      );
    else if (isDraft) this.notice.say(() => this.ui.editor.restored);
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

  /** Opens the log, narrowed to something and to nothing besides. */
  showInLog(filter: Partial<LogFilter>): void {
    this.panes.panel = 'log';
    this.panes.front = 'inspector';
    this.log.show(filter);
  }

  /** Opens the manifest that a decision goes back to, at its lines. */
  showManifest({ path, range: [line, , endLine] }: Origin): void {
    this.showLine(path, line, endLine);
  }

  showLine(path: string, line: number, endLine = line): void {
    if (this.drafts.show(path, line, endLine)) this.panes.front = 'manifests';
  }

  /** Runs the manifests from the beginning, in another schedule if one is given, and shows a moment of that run. */
  openRun(moment: Moment | JudgedViolation, schedule?: number): void {
    this.#load({ isFresh: false, at: moment.at, ...(schedule === undefined ? {} : { schedule }) });
    this.#awaited = moment;
    this.deciding = moment;
  }

  /** Runs the manifests from the beginning with waits that come out otherwise than drawn, and shows a moment of that run. */
  openUnlucky({ luck, at, record }: UnluckyMoment): void {
    this.#load({ isFresh: false, at, luck });
    this.#awaited = { at, record, isDoubtful: true };
    this.deciding = { at, record };
    if (luck.length === 0) return;
    const { length: count } = luck;
    const said = (): string => fill(this.ui.race.opened, { count });
    this.notice.say(said, { label: () => this.ui.editor.restart, run: () => this.askRestart() }, () => true);
  }

  #showAwaited(): void {
    const { at, record, isDoubtful = false } = this.#awaited ?? {};
    if (at === undefined || this.run.simulated < at) return;
    this.#awaited = undefined;
    const { trace } = this.run.index;
    if (record === undefined || record >= trace.length || (isDoubtful && trace.timeOf(record) !== at)) return;
    this.goTo(record);
  }

  // --- manifests

  /** kubectl apply at the present instant: what came before stays, what follows is computed anew. */
  apply(): void {
    if (this.run.phase.kind !== 'running' || !this.drafts.isEdited) return;
    this.drafts.markApplied();
    const at = this.playhead.halt();
    const { files } = this.drafts;
    this.#applying = { at, files, diagnostics: [] };
    this.#reported = undefined;
    this.#act(at, { kind: 'apply', manifests: files }, () => fill(this.ui.action.applied, { time: formatInstant(at) }));
  }

  #reportApply(): void {
    if (this.#applying === undefined) return;
    const applied = this.#applying;
    const { index } = this.run;
    const input = inputOf(index, applied);
    if (input === undefined) return;
    const { reach } = this;
    const report = (): string => applyReport(this.ui, { index, reach }, applied) ?? '';
    this.#applying = undefined;
    this.#reported = input.id;
    // What has yet to happen is seen by playing on; what only new connections notice, by beginning again.
    const isPassedBy = (): boolean => reach.passedBy(input.id).length > 0;
    const action = {
      label: () => (isPassedBy() ? this.ui.editor.restart : this.ui.transport.play),
      run: () => {
        if (isPassedBy()) this.askRestart();
        else this.playhead.play();
      },
    };
    this.notice.retell('deed', () => this.#withGrowth(report()), { action, stays: isPassedBy });
  }

  /** What was done to the world by hand, in order of time. */
  get done(): readonly Deed[] {
    return this.#deeds;
  }

  /** What a Restart would forget: Applies are no part of it, because the manifests stay. */
  get deeds(): { readonly kills: number; readonly faults: number; readonly requests: number } {
    const actions = this.#deeds.map(({ action }) => action);
    return {
      kills: actions.filter(({ kind }) => kind === 'kill-pod').length,
      faults: actions.filter(({ kind }) => kind === 'intervene').length,
      requests: actions.reduce((sum, action) => sum + (action.kind === 'send-request' ? action.count : 0), 0),
    };
  }

  /** Restarts, but asks first when something done by hand would be lost. */
  askRestart(): void {
    const { kills, faults, requests } = this.deeds;
    if (kills + faults + requests > 0) this.dialogs.show({ kind: 'restart' });
    else this.restart();
  }

  /** From the beginning, with the edited manifests. */
  restart(): void {
    this.#load({ isFresh: false });
    this.playhead.hold(0);
    this.notice.say(() => this.ui.action.restarted);
  }

  /** Resets, but asks first when edits would be lost. */
  askReset(): void {
    if (!this.drafts.isAtStart) this.dialogs.show({ kind: 'reset' });
    else this.reset();
  }

  /** From the beginning, with the manifests it started with. */
  reset(): void {
    const isForgotten = this.drafts.reset();
    const { files } = this.drafts;
    this.#load({ isFresh: true });
    if (isForgotten)
      this.notice.say(() => this.ui.action.reset, {
        label: () => this.ui.action.undo,
        isOpen: () => this.drafts.files === files,
        run: () => this.undo(),
      });
    else this.notice.say(() => this.ui.editor.storageFull);
  }

  /** Goes on with the manifests of another tab, from the beginning. */
  adopt(draft: Draft): void {
    this.drafts.adopt(draft);
    this.restart();
  }

  /** Takes back the last thing done to the manifests; a Reset taken back runs them again. */
  undo(): void {
    this.#retrace(this.drafts.undo(), ({ action }) => [action.undone, action.nothingToUndo]);
  }

  redo(): void {
    this.#retrace(this.drafts.redo(), ({ action }) => [action.redone, action.nothingToRedo]);
  }

  #retrace(step: EditStep | undefined, words: (ui: Texts['ui']) => readonly [done: string, nothing: string]): void {
    if (step?.kind === 'reset') this.#load({ isFresh: false });
    this.notice.retell('history', () => {
      const [done, nothing] = words(this.ui);
      return step === undefined ? nothing : fill(done, { what: stepText(this.ui, step) });
    });
  }

  setMode(mode: Mode): void {
    if (mode === this.drafts.mode) return;
    const at = Math.round(this.playhead.t);
    this.drafts.setMode(mode);
    this.#load({ isFresh: false, at });
    this.notice.retell('mode', () => fill(this.ui.mode.changed, { mode: this.ui.mode[mode], time: formatInstant(at) }));
  }

  // --- the world

  killPod(pod: AnyEntityId): void {
    const entry = this.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.playhead.halt();
    const said = (): string => fill(this.ui.action.killed, { pod: entry.name, time: formatInstant(at) });
    this.#act(at, { kind: 'kill-pod', namespace: entry.namespace, name: entry.name }, said);
  }

  /** Does something to the running world now; `said`: what the page says of it. */
  intervene(intervention: Intervention, said: (time: string) => string): void {
    const at = this.playhead.halt();
    this.#act(at, { kind: 'intervene', intervention }, () => said(formatInstant(at)));
  }

  /** What was done to the running world up to now. */
  get interventions(): readonly Intervention[] {
    return this.#deeds.flatMap(({ at, action }) =>
      action.kind === 'intervene' && at <= this.playhead.t ? [action.intervention] : [],
    );
  }

  sendRequest({ pod, url, count, method }: RequestIntent): void {
    const entry = this.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.playhead.halt();
    const from = { namespace: entry.namespace, pod: entry.name };
    const said = (): string => fill(this.ui.action.sent, { pod: entry.name, count, time: formatInstant(at) });
    this.#act(at, { kind: 'send-request', from, url, count, method }, said);
  }

  /** Does something at `at`; near its end the run grows, so that what follows can be seen. */
  #act(at: number, action: Action, said: () => string): void {
    const { end } = this.run;
    this.#deeds = [...this.#deeds.filter((deed) => deed.at <= at), { at, action }];
    this.run.act(at, action);
    this.#grewTo = this.run.end > end ? this.run.end : undefined;
    this.notice.retell('deed', () => this.#withGrowth(said()));
  }

  #withGrowth(said: string): string {
    if (this.#grewTo === undefined) return said;
    const grew = fill(this.ui.action.grew, { end: this.#grewTo / 1_000_000 });
    return this.preferences.language === 'ja' ? `${said}${grew}` : `${said} ${grew}`;
  }

  /** Lets the run go on beyond its end. */
  more(): void {
    this.run.extend(MORE_US);
    const end = this.run.end / 1_000_000;
    this.notice.retell('end', () => fill(this.ui.transport.extended, { end }));
  }

  /** Starts the simulation again after the worker died or the engine failed. */
  revive(): void {
    this.#load({ isFresh: false });
  }

  #load({ isFresh, at = 0, schedule, luck }: LoadOptions): void {
    this.#awaited = undefined;
    this.deciding = undefined;
    this.#applying = undefined;
    this.#reported = undefined;
    this.#deeds = [];
    this.notice.clear();
    this.playhead.rewind(isFresh);
    this.selection.clear();
    this.objects.forget();
    this.reach.forget();
    this.log.forget();
    this.drafts.markApplied();
    const { source } = this.drafts;
    this.run.load(
      { ...source, ...(schedule === undefined ? {} : { schedule }), ...(luck === undefined ? {} : { luck }) },
      at,
    );
    if (at > 0) this.playhead.hold(at);
    this.#validate();
  }

  #validate(): void {
    this.run.validate(this.drafts.source);
  }

  /** The page goes to another place: edits are kept, the simulation ends. */
  close(): void {
    this.playhead.pause();
    this.drafts.flush();
    this.run.close();
    this.race?.close();
  }
}

interface LoadOptions {
  /** Whether it opens at a telling moment. */
  readonly isFresh: boolean;
  /** The instant at which the new run is looked at, in microseconds. Default 0. */
  readonly at?: number;
  /** Default: the scenario's own. */
  readonly schedule?: number;
  /** Waits that come out otherwise than drawn. Default none. */
  readonly luck?: readonly Deviation[];
}
