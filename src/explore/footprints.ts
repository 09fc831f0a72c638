// What the steps of a run touched, and what follows from it: how far one wait may grow or shrink before anything changes places.
// Two steps are rivals when both touch the same thing and one of them changes it: only the order of rivals can matter. A step is an
// occurrence or an input, with all that was told within it.
import type { AnyEntityId, DrawnWait, Occurrence, TimerId, Witness } from '../kernel/index.ts';
import { rank } from '../kernel/index.ts';

/** A wait of a run that could have come out otherwise, and the occurrence that ended with it. */
export interface Wait extends DrawnWait {
  /** Microseconds, as it came out. */
  readonly wait: number;
  /** The occurrence that ends with it; undefined when its drawer keeps it, as a connection keeps its latency. */
  readonly seq: number | undefined;
  /** Occurrences that the run had handled before the step that drew it. */
  readonly after: number;
  /** When it was drawn. */
  readonly at: number;
}

export type Direction = 'longer' | 'shorter';

/** Two records whose distance decides a property: it would come out otherwise if `later` were `slack` microseconds later still. */
export interface Margin {
  readonly earlier: number | undefined;
  readonly later: number;
  readonly slack: number;
}

/** When a step happened, in the order of the queue. */
interface Place {
  readonly time: number;
  readonly rank: number;
  readonly seq: number;
}

interface Step extends Place {
  /** Its first record. */
  readonly record: number;
}

/** Who touched one thing, in the order of steps; `changed[i]` says whether the step changed it. */
interface Touches {
  readonly steps: readonly number[];
  readonly changed: readonly boolean[];
}

/** An occurrence as it was scheduled. */
export interface Scheduled {
  readonly item: Occurrence;
  /** The step that scheduled it. */
  readonly creator: number;
  /** Sent in order: the one before it on its way, if that was witnessed. */
  readonly before: Scheduled | undefined;
  /** Sent in order: not before this instant. */
  readonly last: number | undefined;
  /** Microseconds by which it waits for the one before it. */
  readonly held: number;
}

/** A look at which entities of a type there are, or for which of them something holds. */
interface Look {
  readonly step: number;
  readonly where: ((value: object) => boolean) | undefined;
}

interface Change {
  readonly step: number;
  /** Undefined: it was made. */
  readonly before: object | undefined;
  /** Undefined: it ended. */
  readonly next: object | undefined;
}

/** A timer taken back: it would have fired if who took it back had come later. */
interface TakenBack {
  readonly item: Occurrence;
  readonly step: number;
}

/** An input happens after every occurrence of its instant. */
const inputPlace = { rank: 8, seq: Infinity } as const;

export interface FootprintsOptions {
  readonly now: () => number;
  /** Occurrences handled so far, the present one included. */
  readonly handled: () => number;
  readonly records: () => number;
  /** A timer that was set before the first step. */
  readonly timer: (timer: TimerId) => Occurrence | undefined;
  /** When a life or a controller did anything last, before the first step. */
  readonly lastDeed: number;
}

export class Footprints implements Witness {
  /** In the order drawn. */
  readonly drawn: Wait[] = [];
  /** When what was pending at rest was given the time to come, engine time; kept here for schedules that leave this one. */
  readonly rounds: { readonly first: number; readonly end: number }[] = [];
  readonly #options: FootprintsOptions;
  readonly #steps: Step[] = [];
  /** By number. */
  readonly #scheduled = new Map<number, Scheduled>();
  /** The last message sent in order, by sender and receiver. */
  readonly #ways = new Map<string, Scheduled>();
  readonly #timers = new Map<TimerId, Occurrence>();
  readonly #touches = new Map<number | string, { readonly steps: number[]; readonly changed: boolean[] }>();
  readonly #takenBack: TakenBack[] = [];
  /** By type. */
  readonly #looks = new Map<string, Look[]>();
  readonly #changes = new Map<string, Change[]>();
  /** What the looks at lists and their changes touch, once the run is over. */
  #listed: readonly Touches[] | undefined;
  #open: Omit<Wait, 'seq'> | undefined;
  /** Occurrences handled before the present step. */
  #after = 0;
  /** When lives and controllers did anything, apart from what is periodic. */
  readonly #deeds: number[];

  constructor(options: FootprintsOptions) {
    this.#options = options;
    this.#deeds = [options.lastDeed];
  }

  /** When a life or a controller did anything last, apart from what is periodic. */
  get lastDeed(): number {
    return this.#deeds.at(-1) ?? this.#options.lastDeed;
  }

  roundAt(at: number): { readonly first: number; readonly end: number } | undefined {
    return this.rounds.find(({ first, end }) => first <= at && at < end);
  }

  lastDeedUntil(at: number): number {
    return this.#deeds.findLast((deed) => deed <= at) ?? this.#options.lastDeed;
  }

  /** Steps witnessed. */
  get length(): number {
    return this.#steps.length;
  }

  /** Who touched what, one for each thing. */
  get things(): Iterable<Touches> {
    return this.#touches.values();
  }

  /** When a step happened; before everything if it was not witnessed. */
  place(step: number): Place {
    return this.#steps[step] ?? { time: -Infinity, rank: 0, seq: 0 };
  }

  /** The occurrence that a step was; undefined for an input, and for what was pending before the first step. */
  occurrence(step: number): Scheduled | undefined {
    return this.#scheduled.get(this.place(step).seq);
  }

  timer(timer: TimerId): Occurrence | undefined {
    return this.#timers.get(timer) ?? this.#options.timer(timer);
  }

  // --- the witness

  begins(item: Occurrence | undefined): void {
    this.#close();
    this.#after = this.#options.handled() - (item === undefined ? 0 : 1);
    const record = this.#options.records();
    if (item === undefined) this.#steps.push({ ...inputPlace, time: this.#options.now(), record });
    else {
      const { time, rank: order, seq } = item;
      this.#steps.push({ time, rank: order, seq, record });
      if (!item.periodic && order <= rank.lifecycle) this.#deeds.push(time);
    }
  }

  waits(drawn: DrawnWait, wait: number): void {
    this.#close();
    const { path, purpose, draw, fact, drawn: seeded, isOneTime } = drawn;
    const at = this.#options.now();
    this.#open = { path, purpose, draw, fact, drawn: seeded, isOneTime, wait, after: this.#after, at };
  }

  schedules(item: Occurrence, last: number | undefined): void {
    const open = this.#open;
    const way = last === undefined ? undefined : `${item.from} ${item.to}`;
    const held = open === undefined || last === undefined ? 0 : item.time - (open.at + open.wait);
    const before = way === undefined ? undefined : this.#ways.get(way);
    const scheduled = { item, creator: this.#steps.length - 1, before, last, held };
    this.#scheduled.set(item.seq, scheduled);
    if (way !== undefined) this.#ways.set(way, scheduled);
    if (item.timer >= 0) this.#timers.set(item.timer, item);
    if (open?.isOneTime === true) this.drawn.push({ ...open, seq: item.seq });
    else this.#close();
    this.#open = undefined;
  }

  cancels(timer: TimerId): void {
    const item = this.timer(timer);
    if (item !== undefined) this.#takenBack.push({ item, step: this.#steps.length - 1 });
  }

  touches(entity: AnyEntityId, isWrite: boolean): void {
    this.#touch(entity, isWrite);
  }

  touchesKey(key: string, isWrite: boolean): void {
    this.#touch(key, isWrite);
  }

  lists(type: string, where: ((value: object) => boolean) | undefined): void {
    const looks = this.#looks.get(type) ?? [];
    this.#looks.set(type, looks);
    looks.push({ step: this.#steps.length - 1, where });
  }

  changes(type: string, before: object | undefined, next: object | undefined): void {
    const changes = this.#changes.get(type) ?? [];
    this.#changes.set(type, changes);
    changes.push({ step: this.#steps.length - 1, before, next });
  }

  /** A kept wait is not scheduled with; it is put down when something else happens. */
  #close(): void {
    if (this.#open !== undefined) this.drawn.push({ ...this.#open, seq: undefined });
    this.#open = undefined;
  }

  #touch(thing: number | string, isWrite: boolean): void {
    const step = this.#steps.length - 1;
    let touches = this.#touches.get(thing);
    if (touches === undefined) this.#touches.set(thing, (touches = { steps: [], changed: [] }));
    const last = touches.steps.length - 1;
    if (touches.steps[last] !== step) {
      touches.steps.push(step);
      touches.changed.push(isWrite);
    } else if (isWrite) touches.changed[last] = true;
  }

  // --- what follows

  /**
   * By how many microseconds the wait that ends with occurrence `seq` has to change before rivals may change places, a margin is used
   * up, or something else begins or ceases to move with it: the least such number, Infinity if there is none.
   */
  nextShift(seq: number, direction: Direction, margins: readonly Margin[]): number {
    const { moving, shift: least } = this.#movedWith(seq, direction);
    const moved = Uint8Array.from(this.#steps, (step) => (moving.has(step.seq) ? 1 : 0));
    let shift = least;
    for (const touches of [...this.#touches.values(), ...this.#lists()])
      shift = Math.min(shift, direction === 'longer' ? this.#later(touches, moved) : this.#sooner(touches, moved));
    for (const { item, step } of this.#takenBack) {
      const isItemMoved = moving.has(item.seq);
      if (isItemMoved === (moved[step] === 1)) continue;
      const other = this.place(step);
      const moves = direction === 'longer' ? moved[step] === 1 : isItemMoved;
      // Due at the instant at which it is taken back, it may have fired.
      if (moves && item.time >= other.time) shift = Math.min(shift, item.time - other.time);
    }
    for (const margin of margins) shift = Math.min(shift, this.#shiftToUse(margin, moved, direction));
    return Math.max(1, shift);
  }

  /**
   * Occurrences that move when the one numbered `seq` does: what comes to be by it, and what is held behind it on its way. `shift`:
   * how far until that changes.
   */
  #movedWith(seq: number, direction: Direction): { readonly moving: ReadonlySet<number>; readonly shift: number } {
    const moving = new Set<number>();
    let shift = Infinity;
    const isLonger = direction === 'longer';
    for (const { item, creator, before, last, held } of this.#scheduled.values()) {
      const isOwn = item.seq === seq || moving.has(this.#steps[creator]?.seq ?? Infinity);
      const isBeforeMoved = before !== undefined && moving.has(before.item.seq);
      if (held > 0) {
        if (isBeforeMoved) moving.add(item.seq);
        // It moves by itself once it is held no more, or is held once it no longer moves by itself.
        if (isOwn && !isBeforeMoved && isLonger) shift = Math.min(shift, held + 1);
        if (!isOwn && isBeforeMoved && !isLonger) shift = Math.min(shift, held);
      } else {
        if (isOwn) moving.add(item.seq);
        if (last !== undefined && isOwn !== isBeforeMoved && isOwn !== isLonger)
          shift = Math.min(shift, Math.max(0, item.time - last) + 1);
      }
    }
    return { moving, shift };
  }

  /** A look and the changes of what it would have found. */
  #lists(): readonly Touches[] {
    return (this.#listed ??= [...this.#looks].flatMap(([type, looks]) =>
      looks.map(({ step, where }) => {
        const isAmong = (value: object | undefined): boolean =>
          value !== undefined && (where === undefined || where(value));
        const steps = (this.#changes.get(type) ?? [])
          .filter(({ before, next }) => isAmong(before) !== isAmong(next))
          .map((change) => change.step);
        const all = [...new Set([...steps, step])].sort((a, b) => a - b);
        return { steps: all, changed: all.map((at) => steps.includes(at)) };
      }),
    ));
  }

  /** How far a moved step is from the next rival that stays. */
  #later({ steps, changed }: Touches, moved: Uint8Array): number {
    let shift = Infinity;
    let change: Place | undefined;
    let any: Place | undefined;
    for (let at = steps.length - 1; at >= 0; at -= 1) {
      const step = steps[at] ?? 0;
      const here = this.place(step);
      if (moved[step] !== 1) {
        any = here;
        if (changed[at] === true) change = here;
        continue;
      }
      const rival = changed[at] === true ? any : change;
      if (rival !== undefined) shift = Math.min(shift, this.#untilPassed(here, rival, rival.time - here.time, moved));
    }
    return shift;
  }

  /** How far a moved step is from the last rival that stays. */
  #sooner({ steps, changed }: Touches, moved: Uint8Array): number {
    let shift = Infinity;
    let change: Place | undefined;
    let any: Place | undefined;
    for (let at = 0; at < steps.length; at += 1) {
      const step = steps[at] ?? 0;
      const here = this.place(step);
      if (moved[step] !== 1) {
        any = here;
        if (changed[at] === true) change = here;
        continue;
      }
      const rival = changed[at] === true ? any : change;
      if (rival !== undefined) shift = Math.min(shift, this.#untilPassed(here, rival, rival.time - here.time, moved));
    }
    return shift;
  }

  /** How far a moved step has to go to change places with a rival that stays, `way` microseconds off: later, or (negative) sooner. */
  #untilPassed(here: Place, rival: Place, way: number, moved: Uint8Array): number {
    if (way === 0) return 1;
    // At one instant it may still be on its own side of the rival.
    const staysAtTie = this.#tie(here, rival, way, moved) === (way > 0 ? 'before' : 'after');
    return Math.abs(way) + (staysAtTie ? 1 : 0);
  }

  /** Which of two goes first once the moved one, gone by `way`, comes at the same instant as the other. */
  #tie(here: Place, rival: Place, way: number, moved: Uint8Array): 'before' | 'after' | 'unknown' {
    if (rival.seq === inputPlace.seq) return 'before';
    if (here.seq === inputPlace.seq) return 'unknown';
    const at = here.time + way;
    const [ownCreator, creator] = [this.#scheduled.get(here.seq)?.creator, this.#scheduled.get(rival.seq)?.creator];
    const isOwnMoved = ownCreator !== undefined && moved[ownCreator] === 1;
    const isCreatorMoved = creator !== undefined && moved[creator] === 1;
    const ownMade = ownCreator === undefined ? -Infinity : this.place(ownCreator).time + (isOwnMoved ? way : 0);
    const made = creator === undefined ? -Infinity : this.place(creator).time + (isCreatorMoved ? way : 0);
    // One that comes to be at that very instant may find the other gone already, whatever their ranks.
    if (ownMade >= at || made >= at) return 'unknown';
    if (here.rank !== rival.rank) return here.rank < rival.rank ? 'before' : 'after';
    if (ownMade !== made) return ownMade < made ? 'before' : 'after';
    if (isOwnMoved !== isCreatorMoved) return 'unknown';
    return here.seq < rival.seq ? 'before' : 'after';
  }

  #shiftToUse({ earlier, later, slack }: Margin, moved: Uint8Array, direction: Direction): number {
    const isLaterMoved = moved[this.#stepOf(later)] === 1;
    const isEarlierMoved = earlier !== undefined && moved[this.#stepOf(earlier)] === 1;
    if (isLaterMoved === isEarlierMoved) return Infinity;
    const grows = isLaterMoved === (direction === 'longer');
    // A margin may be used up or, where it is exceeded, won back.
    if (grows) return slack > 0 ? slack : Infinity;
    return slack <= 0 ? 1 - slack : Infinity;
  }

  /** The step that made a record: the last one that began before it. */
  #stepOf(record: number): number {
    let low = 0;
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#steps[middle]?.record ?? Infinity) <= record) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
