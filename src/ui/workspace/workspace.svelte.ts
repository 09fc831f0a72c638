// The screen's one state, made of parts with one purpose each, and the intents that need more than one of them. Components read the
// parts and call intents; nothing here decides what the mesh does.

import type { Deviation, UnluckyMoment } from '../../explore/port.ts';
import type { JudgedViolation, LessonCatalogue, LessonDoor, LessonScript } from '../../lesson/model/index.ts';
import type { Action, Deed, Intervention, ScenarioSource } from '../../scenario/port.ts';
import { fill, type Language, type Texts } from '../../text/index.ts';
import type { Origin } from '../../trace/index.ts';
import { type AnyEntityId, formatInstant, type LogFilter } from '../../view/index.ts';
import { inTextOrder } from '../diagnostics.ts';
import { stepText } from '../editor/step-text.ts';
import type { Connect } from '../engine-port.ts';
import type { ConnectJudge } from '../lesson/judge-port.ts';
import type { LessonWords } from '../lesson/poster.ts';
import type { ConnectFinder } from '../race/finder-port.ts';
import type { RaceSession } from '../race/session.svelte.ts';
import type * as History from '../history/keep.ts';
import type { BareView } from '../route.ts';
import { type Draft, type DraftName, readRaw } from '../storage.ts';
import { breakpointsKey } from '../time/breakpoints-key.ts';
import { forksKey } from '../time/forks-key.ts';
import type { TimeSession } from '../time/session.svelte.ts';
import { isTourKnown } from '../tour/seen.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { Drafts, type Mode, type Retraced } from './drafts.svelte.ts';
import { forkShown, type Futures, newFutures, withDeed } from './futures.ts';
import { LogView } from './log-view.svelte.ts';
import { Notice } from './notice.svelte.ts';
import { Objects } from './objects.svelte.ts';
import { Panes } from './panes.svelte.ts';
import type { ApplyReport } from './apply-report.ts';
import type { PolicyReach } from './policy-reach.svelte.ts';
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
  /** How the page is laid out; undefined: whole. */
  readonly view?: BareView;
  /** What a link leads to, as it stands there; undefined for the usual beginning. */
  readonly shared?: string;
  /** The run that a link asks for; undefined for the usual one. */
  readonly unlucky?: UnluckyMoment | 'unreadable';
  readonly loadLessons: () => Promise<LessonCatalogue>;
  readonly connectJudge: ConnectJudge;
  readonly connectFinder: ConnectFinder;
}

export interface OpenLesson {
  readonly entry: LessonDoor;
  readonly script: LessonScript;
  /** In the language in which it was opened; undefined if they could not be loaded then. */
  readonly words: LessonWords | undefined;
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
  /** Whom policies select: as soon as somebody needs it. */
  reach = $state.raw<PolicyReach | undefined>();
  readonly drafts: Drafts;
  readonly lesson: OpenLesson | undefined;
  /** Whether the strip tells of failures and markers that the playhead has not come to: a lesson's answer is predicted first. */
  isForetold = $state(true);
  /** Under which name things are kept between visits. */
  readonly place: DraftName;
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
  /** Tells what the last Apply came to: fetched with the first of them. */
  #report: ApplyReport | undefined;
  /** Where the run ends since the last action, if that made it longer, in microseconds. */
  #grewTo: number | undefined;
  /** What runs: its source, and what was done by hand in each of its forks. */
  futures = $state.raw<Futures>(newFutures({ scenario: '', manifests: [] }));
  /** Breakpoints, forks, and the way back through what was done: as soon as somebody needs them. */
  time = $state.raw<TimeSession | undefined>();

  constructor(options: WorkspaceOptions) {
    const { connect, source, language, texts, lesson, missingLesson, view, shared, unlucky, loadLessons } = options;
    this.lesson = lesson;
    this.loadLessons = loadLessons;
    this.connect = connect;
    this.connectJudge = options.connectJudge;
    this.connectFinder = options.connectFinder;
    this.panes = new Panes(lesson !== undefined, view);
    this.preferences = new Preferences(language, texts, this.notice);
    this.run = new RunLink(connect, {
      onCut: (first) => {
        this.selection.forgetFrom(first);
        this.playhead.forgetFrom(first);
        if (this.deciding?.record !== undefined && this.deciding.record >= first) this.deciding = undefined;
      },
      onGrown: () => {
        this.#report?.lookAgain();
      },
      onProgress: () => {
        if (this.run.stop !== undefined) void this.preferences.needProblems();
        this.#showAwaited();
        this.playhead.openFresh();
      },
      onStop: () => this.playhead.pause(),
      onObjects: (rows) => this.objects.receiveList(rows),
      onObject: (ref, yaml) => {
        this.objects.receiveObject(ref, yaml);
        this.reach?.receive(ref, yaml);
      },
      onValidated: (diagnostics, findings) => {
        this.drafts.problems = inTextOrder([...diagnostics, ...findings], this.drafts.files);
        if (this.drafts.problems.length > 0) void this.preferences.needProblems();
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
    this.place = lesson === undefined ? 'sandbox' : `lesson.${lesson.entry.id}`;
    // Somebody else's page shows what its author wrote, and leaves the reader's own alone.
    this.drafts = new Drafts(source, view === 'embed' ? undefined : this.place, {
      futures: () => this.futures,
      onRest: () => this.#validate(),
      onKept: (draft) => this.#withHistory(({ noteMoment }) => noteMoment(this, draft)),
      onStorageFull: () => this.#withHistory(({ makeRoom }) => makeRoom(this)),
    });
    const isPlain = shared === undefined && unlucky === undefined && view === undefined;
    const hasForks = isPlain && readRaw(forksKey(this.place)) !== undefined;
    if (hasForks || (view !== 'embed' && readRaw(breakpointsKey(this.place)) !== undefined))
      this.withTime(({ forks }) => hasForks && void forks.restore());
    if (this.drafts.keeper.isUnreadable) this.#withHistory(({ tellUnreadable }) => tellUnreadable(this));
    const isDraft = !this.drafts.isAtStart;
    if (unlucky !== undefined && unlucky !== 'unreadable' && !isDraft) {
      this.openUnlucky(unlucky);
      return;
    }
    this.#load(this.#opening());
    if (shared !== undefined)
      import('../share/shared-state.ts').then(
        ({ openShared }) => openShared(this, shared),
        () => this.notice.say(() => this.ui.app.unreachable),
      );
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
    else if (isDraft && shared === undefined) this.notice.say(() => this.ui.editor.restored);
    else if (isPlain && lesson === undefined && !hasForks && !isTourKnown())
      import('../tour/welcome.ts').then(
        ({ welcome }) => welcome(this),
        () => undefined, // without a network Help still offers the tour
      );
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
    this.lookFor({ at, record });
    this.deciding = { at, record };
    if (luck.length === 0) return;
    const { length: count } = luck;
    const said = (): string => fill(this.ui.race.opened, { count });
    this.notice.say(said, { label: () => this.ui.editor.restart, run: () => this.askRestart() }, () => true);
  }

  /** Shows a moment as soon as the run has come to it; its record only if it happens then. */
  lookFor(moment: Moment): void {
    this.#awaited = { ...moment, isDoubtful: true };
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
    const at = this.playhead.halt();
    const { files } = this.drafts;
    this.#report = undefined;
    this.#act(at, { kind: 'apply', manifests: files }, () => fill(this.ui.action.applied, { time: formatInstant(at) }));
    const { futures } = this;
    import('./apply-report.ts').then(
      ({ ApplyReport }) => {
        if (this.futures === futures) this.#report = new ApplyReport(this, { at, files });
      },
      () => undefined, // without a network it is still said that it was applied
    );
  }

  /** What was done to the world by hand, in order of time. */
  get done(): readonly Deed[] {
    return forkShown(this.futures).deeds;
  }

  /** What a Restart would forget: Applies are no part of it, because the manifests stay. */
  get deeds(): { readonly kills: number; readonly faults: number; readonly requests: number } {
    const actions = this.futures.forks.flatMap(({ deeds }) => deeds.map(({ action }) => action));
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

  /** From the beginning, with the edited manifests; looked at from `at`, in microseconds. Default 0. */
  restart(at = 0): void {
    const before = this.drafts.edited;
    this.#load({ isFresh: false, at });
    this.drafts.record({ kind: 'restart' }, before);
    this.playhead.hold(at);
    this.notice.say(() => this.ui.action.restarted);
  }

  /** Resets, but asks first when edits would be lost. */
  askReset(): void {
    if (!this.drafts.isAtStart) this.dialogs.show({ kind: 'reset' });
    else this.reset();
  }

  /** From the beginning, with the manifests it started with. */
  reset(): void {
    const before = this.drafts.edited;
    const isForgotten = this.drafts.reset();
    const { files } = this.drafts;
    this.#load(this.#opening());
    this.drafts.record({ kind: 'reset' }, before);
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

  /** Takes back the last thing done, to the manifests or to the run. */
  undo(): void {
    this.#retrace(this.drafts.undo(), ({ action }) => [action.undone, action.nothingToUndo]);
  }

  redo(): void {
    this.#retrace(this.drafts.redo(), ({ action }) => [action.redone, action.nothingToRedo]);
  }

  #retrace(found: Retraced | undefined, words: (ui: Texts['ui']) => readonly [done: string, nothing: string]): void {
    const isOther = found !== undefined && found.futures !== this.futures;
    if (isOther) this.withTime((time) => time.show(found.futures));
    this.notice.say(() => {
      const [done, nothing] = words(this.ui);
      return found === undefined ? nothing : fill(done, { what: stepText(this.ui, found.step) });
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
    return forkShown(this.futures).deeds.flatMap(({ at, action }) =>
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
    const before = this.drafts.edited;
    const futures = withDeed(this.futures, { at, action });
    if (action.kind === 'apply') this.drafts.markApplied();
    // While another future is on its way, this is done in that one.
    if (this.time?.isUnderWay === true) this.time.show(futures);
    else {
      this.futures = futures;
      this.run.act(at, action);
    }
    this.drafts.record({ kind: action.kind, at }, before);
    this.#grewTo = this.run.end > end ? this.run.end : undefined;
    this.notice.retell('deed', () => this.withGrowth(said()));
  }

  /** With what it did to the length of the run. */
  withGrowth(said: string): string {
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

  /** Leaves the future that is shown where the playhead stands; both stay. */
  fork(): void {
    if (this.run.phase.kind === 'running') this.withTime((time) => time.fork());
  }

  /** Fetches what breakpoints, forks and the history need; without a network the page says so. */
  withTime(use: (time: TimeSession) => void): void {
    import('../time/session.svelte.ts').then(
      ({ TimeSession }) => {
        this.time ??= new TimeSession(this);
        use(this.time);
      },
      () => this.notice.say(() => this.ui.app.unreachable),
    );
  }

  /** A lesson opens before its answer can be seen, the sandbox at a telling moment. */
  #opening(): LoadOptions {
    return { isFresh: true, at: this.lesson?.script.opens ?? 0 };
  }

  /** Without a network the manifests themselves are kept all the same. */
  #withHistory(use: (history: typeof History) => void): void {
    import('../history/keep.ts').then(use, () => undefined);
  }

  #load({ isFresh, at = 0, schedule, luck }: LoadOptions): void {
    const { source } = this.drafts;
    this.drafts.markApplied();
    this.begin(
      newFutures({
        ...source,
        ...(schedule === undefined ? {} : { schedule }),
        ...(luck === undefined ? {} : { luck }),
      }),
      { isFresh, at },
    );
  }

  /** Another source from its beginning, looked at from `at`, in microseconds; what was done in its forks is not done yet. */
  begin(futures: Futures, { isFresh, at }: { readonly isFresh: boolean; readonly at: number }): void {
    this.futures = futures;
    this.#awaited = undefined;
    this.deciding = undefined;
    this.#report = undefined;
    this.notice.clear();
    this.playhead.rewind(isFresh);
    this.selection.clear();
    this.objects.forget();
    this.reach?.forget();
    this.log.forget();
    this.run.load(futures.source, at);
    if (at > 0) this.playhead.hold(at);
    this.#validate();
  }

  #validate(): void {
    this.run.validate(this.drafts.source);
  }

  /** The page goes to another place: edits are kept, the simulation ends. */
  close(): void {
    this.time?.close();
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
