// Ways through time that depend on what happened: from event to event, to the next main event, from marker to marker, round a loop.

import { aboutOf, markersOf, nextNotable, notableOf, type Notable, relatedRecords } from '../../view/index.ts';
import type { Playhead } from './playhead.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';
import type { Selection } from './selection.svelte.ts';

/** Where the last journey ended, and why there. */
export interface Stop {
  /** Microseconds. */
  readonly t: number;
  /** `none`: there was nothing to stop at. */
  readonly why: Notable | 'none';
  /** A marker's name; empty otherwise. */
  readonly name: string;
}

/** How much further a run is computed at a time, in microseconds. */
export const MORE_US = 10_000_000;

export class Travel {
  /** Undefined once time has moved on. */
  readonly stop = $derived.by((): Stop | undefined => {
    return this.#stop?.t === this.#playhead.t ? this.#stop : undefined;
  });
  /** Where a loop is to start whose end is not yet set, in microseconds. */
  loopStart = $state<number | undefined>();

  #stop = $state.raw<Stop | undefined>();
  readonly #run: RunLink;
  readonly #playhead: Playhead;
  readonly #selection: Selection;

  constructor(run: RunLink, playhead: Playhead, selection: Selection) {
    this.#run = run;
    this.#playhead = playhead;
    this.#selection = selection;
  }

  /** One event on or back: of the selected request, connection or pod; of the run when nothing is selected. */
  step(by: 1 | -1): void {
    const { current, record } = this.#selection;
    if (current.kind === 'none') {
      this.#playhead.stepBy(by);
      return;
    }
    const id = current.kind === 'pod' ? this.#ofPod(by) : this.#ofStory(record, by);
    if (id === undefined) return;
    this.#playhead.seekRecord(id);
    if (current.kind === 'record') this.#selection.select({ kind: 'record', id });
  }

  /** To the next or the previous thing worth stopping at. */
  toNotable(by: 1 | -1): void {
    const { index } = this.#run;
    const { cursor, t } = this.#playhead;
    const isOnStop = this.#playhead.step !== undefined && notableAt(index, cursor - 1);
    const id = nextNotable(index, by > 0 ? cursor : cursor - (isOnStop ? 2 : 1), by);
    const marker = this.#marker(by);
    const at = id === undefined ? undefined : index.trace.timeOf(id);
    if (marker !== undefined && (at === undefined || (by > 0 ? marker.at < at : marker.at > at))) {
      this.#playhead.seek(marker.at);
      this.#stop = { t: this.#playhead.t, why: 'marker', name: marker.name };
    } else if (id === undefined) this.#stop = { t, why: 'none', name: '' };
    else {
      this.#playhead.seekRecord(id);
      this.#selection.select({ kind: 'record', id });
      this.#stop = { t: this.#playhead.t, why: notableOf(index, id) ?? 'none', name: '' };
    }
    this.#run.computeAhead(this.#playhead.t);
  }

  toMarker(by: 1 | -1): void {
    const marker = this.#marker(by);
    if (marker === undefined) {
      this.#stop = { t: this.#playhead.t, why: 'none', name: '' };
      return;
    }
    this.#playhead.seek(marker.at);
    this.#stop = { t: this.#playhead.t, why: 'marker', name: marker.name };
  }

  /** Sets where a loop starts, then where it ends; then takes it away. */
  toggleLoop(): void {
    const { t, loop } = this.#playhead;
    if (loop !== undefined) this.removeLoop();
    else if (this.loopStart === undefined) this.loopStart = t;
    else this.setLoop(this.loopStart, t);
  }

  /** Repeats what lies between two instants, in microseconds, whichever comes first. */
  setLoop(one: number, other: number): void {
    const [from, to] = one < other ? [one, other] : [other, one];
    this.loopStart = undefined;
    this.#playhead.loop = from === to ? undefined : { from: Math.round(from), to: Math.round(to) };
  }

  removeLoop(): void {
    this.loopStart = undefined;
    this.#playhead.loop = undefined;
  }

  #marker(by: 1 | -1) {
    const markers = markersOf(this.#run.index, this.#run.info?.markers ?? []);
    const { t } = this.#playhead;
    return by > 0 ? markers.find(({ at }) => at > t) : markers.findLast(({ at }) => at < t);
  }

  #ofStory(record: number, by: 1 | -1): number | undefined {
    const story = relatedRecords(this.#run.index, record);
    return by > 0 ? story.find((id) => id > record) : story.findLast((id) => id < record);
  }

  #ofPod(by: 1 | -1): number | undefined {
    const { index } = this.#run;
    const isAbout = aboutOf(index, { kind: 'pod', pod: this.#selection.pod });
    const from = by > 0 ? this.#playhead.cursor : this.#playhead.cursor - 2;
    for (let id = from; id >= 0 && id < index.trace.length; id += by) if (isAbout(id)) return id;
    return undefined;
  }
}

function notableAt(index: RunLink['index'], id: number): boolean {
  return id >= 0 && id < index.trace.length && notableOf(index, id) !== undefined;
}
