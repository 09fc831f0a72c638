// Time as somebody works with it: breakpoints, futures that stay, and going from one future to another. Fetched when it is needed.

import type { Deed, ToPage } from '../../scenario/port.ts';
import { fill, loadForkTexts, type ForkTexts } from '../../text/index.ts';
import { formatInstant, RunIndex } from '../../view/index.ts';
import { forkShown, type Futures } from '../workspace/futures.ts';
import type { ArrivedRun } from '../workspace/run-link.svelte.ts';
import { Breakpoints } from './breakpoints.svelte.ts';
import type { SharingPage } from '../share/page.ts';
import { nameOfFork } from './fork-name.ts';
import { KeptForks } from './kept-forks.svelte.ts';
import {
  filesRunning,
  forksMax,
  hasRoom,
  isSameSource,
  partingOf,
  without,
  withFork,
  withName,
  withShown,
} from './fork-tree.ts';

type Beside = Extract<ToPage, { readonly run: number }>;

/** A run that is computed beside the one that is shown. */
interface Coming {
  readonly run: number;
  readonly index: RunIndex;
  /** Microseconds: when it has come so far it is of use. */
  readonly until: number;
  info: ArrivedRun['info'] | undefined;
  readonly onArrival: (arrived: ArrivedRun) => void;
}

/** What the page is on its way to. */
interface Journey {
  readonly run: number;
  /** What was done in the run that is still shown. */
  readonly left: readonly Deed[];
}

const AHEAD_US = 60_000_000;

export class TimeSession {
  readonly breakpoints: Breakpoints;
  /** Whether another future is being computed and will be shown. */
  readonly isUnderWay = $derived.by(() => this.#journey !== undefined);
  readonly forks: KeptForks;
  readonly #page: SharingPage;
  #coming: readonly Coming[] = [];
  #journey = $state.raw<Journey | undefined>();

  constructor(page: SharingPage) {
    this.#page = page;
    this.breakpoints = new Breakpoints(page);
    this.forks = new KeptForks(page);
  }

  // --- forks

  /** Leaves the future that is shown where the playhead stands; both stay. Where there is no room for one more, the page says so. */
  fork(): void {
    const { futures, playhead, drafts } = this.#page;
    if (!hasRoom(futures)) {
      this.#tell((texts) => fill(texts.full, { count: forksMax }));
      return;
    }
    const at = playhead.halt();
    const before = drafts.edited;
    this.#page.futures = withFork(futures, at, drafts.files);
    drafts.record({ kind: 'fork', at }, before);
    const forked = this.#page.futures;
    const time = formatInstant(at);
    this.#tell((texts) =>
      fill(texts.begins, {
        name: nameOfFork(texts, forked, forked.shown),
        parent: nameOfFork(texts, futures, futures.shown),
        time,
      }),
    );
  }

  /** Without a network the strip itself shows it. */
  #tell(said: (texts: ForkTexts) => string): void {
    const { notice, preferences } = this.#page;
    loadForkTexts(preferences.language).then(
      (texts) => notice.retell('fork', said(texts)),
      () => undefined,
    );
  }

  /** Goes over to another fork; time stays, and its manifests are those to be edited. */
  goOver(id: number): void {
    const { futures, drafts } = this.#page;
    if (id === futures.shown) return;
    this.show(withShown(futures, id, drafts.files));
    drafts.exchange(forkShown(this.#page.futures).files);
  }

  rename(id: number, name: string): void {
    const { futures, drafts } = this.#page;
    const before = drafts.edited;
    this.#page.futures = withName(futures, id, name);
    drafts.record({ kind: 'name-fork', name: name.trim() }, before);
  }

  /** `name`: how the page calls it. */
  remove(id: number, name: string): void {
    const { futures, drafts } = this.#page;
    const before = drafts.edited;
    this.show(without(futures, id));
    if (futures.shown === id) drafts.exchange(forkShown(this.#page.futures).files);
    drafts.record({ kind: 'delete-fork', name }, before);
  }

  /** The run of another fork, computed as far as the one that is shown. */
  runOf(id: number): Promise<RunIndex> {
    const { futures, run } = this.#page;
    const deeds = futures.forks.find((fork) => fork.id === id)?.deeds ?? [];
    return new Promise((resolve) => {
      const number = this.#ask(deeds, run.simulated, run.simulated, ({ index }) => {
        run.post({ type: 'leave', run: number });
        resolve(index);
      });
    });
  }

  // --- going there

  /** Shows what the history or a fork holds. The picture stays until the other run has come to the present instant. */
  show(futures: Futures): void {
    const page = this.#page;
    const { futures: before, playhead, drafts, run } = page;
    const { deeds } = forkShown(futures);
    const left = this.#journey?.left ?? forkShown(before).deeds;
    this.#abandon();
    if (isSameSource(before.source, futures.source)) {
      page.futures = futures;
      const parting = partingOf(left, deeds);
      if (parting !== undefined) this.#go(left, deeds, parting);
    } else {
      const { t } = playhead;
      page.begin(futures, { isFresh: false, at: t });
      this.#coming = [];
      if (deeds.length > 0) this.#go([], deeds, 0);
    }
    drafts.applied = filesRunning(futures, forkShown(futures));
    if (playhead.t > run.end) playhead.seek(run.end);
  }

  /** The page goes to another place. */
  close(): void {
    this.breakpoints.close();
    this.forks.close();
  }

  #go(left: readonly Deed[], deeds: readonly Deed[], parting: number): void {
    const { run, playhead } = this.#page;
    const t = Math.min(playhead.t, run.end);
    const until = Math.max(run.simulated, t, Math.min(run.end, AHEAD_US));
    const number = this.#ask(deeds, until, t, (arrived) => {
      if (this.#journey?.run !== number) return;
      this.#journey = undefined;
      run.adopt(arrived, parting);
    });
    this.#journey = { run: number, left };
  }

  #abandon(): void {
    if (this.#journey === undefined) return;
    this.#forget(this.#journey.run);
    this.#page.run.post({ type: 'leave', run: this.#journey.run });
    this.#journey = undefined;
  }

  /** Asks for a run in which these things are done; its number. Computed until `until`, of use from `enough` on. */
  #ask(deeds: readonly Deed[], until: number, enough: number, onArrival: (arrived: ArrivedRun) => void): number {
    const { run } = this.#page;
    const number = run.nextRun();
    const coming = { run: number, index: new RunIndex(), until: enough, info: undefined, onArrival };
    this.#coming = [...this.#coming, coming];
    run.onBeside = (message) => this.#receive(message);
    run.post({ type: 'fork', run: number, deeds, until });
    return number;
  }

  #forget(run: number): void {
    this.#coming = this.#coming.filter((coming) => coming.run !== run);
  }

  #receive(message: Beside): void {
    const coming = this.#coming.find(({ run }) => run === message.run);
    if (coming === undefined) return;
    if (message.type === 'loaded') coming.info = message.info;
    else if (message.type === 'slice') coming.index.receive(message.slice);
    else if (message.type === 'progress') this.#receiveProgress(coming, message);
    else if (message.type === 'failed') {
      this.#forget(message.run);
      if (this.#journey?.run === message.run) this.#journey = undefined;
      this.#page.notice.say(message.message);
    }
  }

  #receiveProgress(coming: Coming, { simulated, stop, applied }: Extract<Beside, { type: 'progress' }>): void {
    const { run, index, info, until } = coming;
    if (info === undefined) return;
    // What the API server said comes with a progress of its own, before the records of what was done.
    if (applied !== undefined) coming.info = { ...info, diagnostics: applied.diagnostics };
    else if (simulated >= until || stop !== undefined) {
      this.#forget(run);
      coming.onArrival({ run, index, info, simulated, stop });
    }
  }
}
