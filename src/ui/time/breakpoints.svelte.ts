// Where playing stops by itself: conditions that are on or off, and the way on to the next place where one of them holds.

import { fill, loadBreakpointTexts, type BreakpointTexts } from '../../text/index.ts';
import { isSameCondition, type BreakCondition, type BreakSearch } from '../../view/breakpoint/index.ts';
import { tell } from '../sentences.ts';
import { BreakSearches } from './break-searches.ts';
import { conditionText } from './condition-text.ts';
import type { TimePage } from './page.ts';
import { breakpointsMax, readBreakpoints, writeBreakpoints, type Breakpoint } from './kept-breakpoints.ts';

/** The first record at which a condition holds. */
interface Hit {
  readonly record: number;
  readonly condition: BreakCondition;
}

/** Records looked at in one go: sentences are only made where a condition has words. */
const SLICE = 5_000;

export class Breakpoints {
  list = $state.raw<readonly Breakpoint[]>([]);
  /** Whether the way to the next one is being searched. */
  isSearching = $state(false);
  readonly #page: TimePage;
  readonly #searches = new BreakSearches();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: TimePage) {
    this.#page = page;
    if (page.drafts.keeper.isKeeping) this.list = readBreakpoints(page.place);
    page.playhead.stopsBetween = (from, to) => this.#stopsBetween(from, to);
  }

  get isFull(): boolean {
    return this.list.length >= breakpointsMax;
  }

  /** Adds one, on; one that is there already is switched on. */
  add(condition: BreakCondition): void {
    const others = this.list.filter((known) => !isSameCondition(known.condition, condition));
    this.#set([...others, { condition: { ...condition, words: condition.words.trim() }, isOn: true }]);
  }

  remove(breakpoint: Breakpoint): void {
    this.#set(this.list.filter((known) => known !== breakpoint));
  }

  toggle(breakpoint: Breakpoint): void {
    this.#set(this.list.map((known) => (known === breakpoint ? { ...known, isOn: !known.isOn } : known)));
  }

  /** On from the playhead to where the next one holds, however far that is: the run is computed up to its end for it. */
  goOn(): void {
    const { playhead } = this.#page;
    const { cursor } = playhead;
    if (!this.list.some(({ isOn }) => isOn)) {
      this.#tell((texts) => texts.noneOn);
      return;
    }
    playhead.pause();
    this.isSearching = true;
    this.#searchFrom(cursor);
  }

  /** How often a condition holds in what is computed so far; undefined: in more records than are counted at once. */
  countOf(condition: BreakCondition, countMax: number): number | undefined {
    const { index } = this.#page.run;
    const search = this.#searchOf(condition);
    let count = 0;
    for (
      let id = search.first(0, index.trace.length);
      id !== undefined;
      id = search.first(id + 1, index.trace.length)
    ) {
      count += 1;
      if (count > countMax) return undefined;
    }
    return count;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#page.playhead.stopsBetween = undefined;
  }

  #set(list: readonly Breakpoint[]): void {
    this.list = list;
    const { notice, ui, place, drafts } = this.#page;
    if (drafts.keeper.isKeeping && !writeBreakpoints(place, list)) notice.say(() => ui.editor.storageFull);
  }

  /** Records of one instant count as one stop: whoever plays on from there passes all of them. */
  #stopsBetween(from: number, to: number): boolean {
    const { index } = this.#page.run;
    const hit = this.#firstHit(index.cursorAt(from), index.cursorAt(to));
    if (hit === undefined) return false;
    this.#stop(hit);
    return true;
  }

  #searchFrom(from: number): void {
    clearTimeout(this.#timer);
    const { run } = this.#page;
    const { length } = run.index.trace;
    const to = Math.min(length, from + SLICE);
    const hit = this.#firstHit(from, to);
    const isOver =
      to === length && (run.simulated >= run.end || run.stop !== undefined || run.phase.kind !== 'running');
    if (hit !== undefined) this.#stop(hit);
    else if (isOver) {
      this.isSearching = false;
      this.#tell((texts) => fill(texts.noneAhead, { end: run.end / 1_000_000 }));
    } else {
      if (to === length) run.computeAhead(run.simulated);
      this.#timer = setTimeout(() => this.isSearching && this.#searchFrom(to), to === length ? 50 : 0);
    }
  }

  #stop({ record, condition }: Hit): void {
    const { playhead, selection } = this.#page;
    this.isSearching = false;
    playhead.seekRecord(record);
    selection.select({ kind: 'record', id: record });
    this.#tell((texts) => fill(texts.stopped, { what: conditionText(texts, condition) }));
  }

  /** Without a network it is still where it stopped, which is what the page shows. */
  #tell(said: (texts: BreakpointTexts) => string): void {
    const { notice, preferences } = this.#page;
    loadBreakpointTexts(preferences.language).then(
      (texts) => notice.retell('breakpoint', said(texts)),
      () => undefined,
    );
  }

  #firstHit(from: number, to: number): Hit | undefined {
    let first: Hit | undefined;
    for (const { condition, isOn } of this.list) {
      const record = isOn ? this.#searchOf(condition).first(from, first?.record ?? to) : undefined;
      if (record !== undefined) first = { record, condition };
    }
    return first;
  }

  #searchOf(condition: BreakCondition): BreakSearch {
    const { run, texts } = this.#page;
    return this.#searches.of(run, condition, (id) => tell(run.index, texts, id));
  }
}
