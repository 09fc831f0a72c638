// The screen's one state, made of parts with one purpose each, and the intents that need more than one of them. Components read the
// parts and call intents; nothing here decides what the mesh does.

import type { Deviation, UnluckyMoment } from '../../explore/port.ts';
import type { JudgedViolation, LessonCatalogue } from '../../lesson/model/index.ts';
import { fill, type Texts } from '../../text/index.ts';
import type { Origin } from '../../trace/index.ts';
import { formatInstant, type LogFilter } from '../../view/index.ts';
import { inTextOrder } from '../diagnostics.ts';
import { stepText } from '../editor/step-text.ts';
import type { Connect } from '../engine-port.ts';
import type { ConnectJudge } from '../lesson/judge-port.ts';
import type { ConnectFinder } from '../race/finder-port.ts';
import type { RaceSession } from '../race/session.svelte.ts';
import type * as History from '../history/keep.ts';
import type { Draft, DraftName } from '../storage.ts';
import type { TimeSession } from '../time/session.svelte.ts';
import { Deeds } from './deeds.svelte.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { Drafts, type Mode, type Retraced } from './drafts.svelte.ts';
import { type Futures, newFutures } from './futures.ts';
import { LogView } from './log-view.svelte.ts';
import { type Moment, Moments } from './moments.svelte.ts';
import { Notice } from './notice.svelte.ts';
import { Objects } from './objects.svelte.ts';
import { openAt } from './opening.ts';
import type { OpenLesson, WorkspaceOptions } from './options.ts';
import { Panes } from './panes.svelte.ts';
import type { PolicyReach } from './policy-reach.svelte.ts';
import { Playhead } from './playhead.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { RunLink } from './run-link.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { StageModel } from './stage-model.svelte.ts';
import { MORE_US, Travel } from './travel.svelte.ts';

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
  readonly deeds: Deeds;
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
  readonly moments = new Moments();
  /** What runs: its source, and what was done by hand in each of its forks. */
  futures = $state.raw<Futures>(newFutures({ scenario: '', manifests: [] }));
  /** Breakpoints, forks, and the way back through what was done: as soon as somebody needs them. */
  time = $state.raw<TimeSession | undefined>();

  constructor(options: WorkspaceOptions) {
    const { connect, source, language, texts, lesson, view, loadLessons } = options;
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
        this.moments.forgetFrom(first);
      },
      onGrown: () => {
        this.deeds.lookAgain();
      },
      onProgress: () => {
        if (this.run.stop !== undefined) void this.preferences.needProblems();
        const record = this.moments.come(this.run);
        if (record !== undefined) this.goTo(record);
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
    this.deeds = new Deeds(this);
    if (this.drafts.keeper.isUnreadable) this.#withHistory(({ tellUnreadable }) => tellUnreadable(this));
    openAt(this, options);
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
    this.moments.expect(moment);
    this.moments.deciding = moment;
  }

  /** Runs the manifests from the beginning with waits that come out otherwise than drawn, and shows a moment of that run. */
  openUnlucky({ luck, at, record }: UnluckyMoment): void {
    this.#load({ isFresh: false, at, luck });
    this.moments.lookFor({ at, record });
    this.moments.deciding = { at, record };
    if (luck.length === 0) return;
    const { length: count } = luck;
    const said = (): string => fill(this.ui.race.opened, { count });
    this.notice.say(said, { label: () => this.ui.editor.restart, run: () => this.askRestart() }, () => true);
  }

  // --- manifests

  /** Restarts, but asks first when something done by hand would be lost. */
  askRestart(): void {
    const { kills, faults, requests } = this.deeds.counts;
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
    this.beginAnew();
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

  /** Runs the manifests from the beginning: a lesson opens before its answer can be seen, the sandbox at a telling moment. */
  beginAnew(): void {
    this.#load({ isFresh: true, at: this.lesson?.script.opens ?? 0 });
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
    this.moments.forget();
    this.deeds.forget();
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
