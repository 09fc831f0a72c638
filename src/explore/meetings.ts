// Where lives meet traffic: what fails mostly fails there, as a process ends while a request is on its way to it. A meeting is a step of a
// life or a controller and a step of traffic that touch the same thing, near enough for one wait to make them change places. A search
// tries some of them before it sweeps every wait: each is one deviation, so what fails there is as short as anything can be.
// Only an order in which to look: nothing is left out of a proof by it, and nothing is proved by it.
import { rank } from '../kernel/index.ts';
import type { Footprints, Scheduled, Wait } from './footprints.ts';

/** A wait of the given schedule, by its place among the open ones, and a length at which two steps have just changed places. */
interface Meeting {
  readonly wait: number;
  /** Microseconds. */
  readonly value: number;
}

/** The given schedule as meetings are looked for in it. */
interface Given {
  readonly prints: Footprints;
  readonly open: readonly Wait[];
  /** What brought a record about; negative for nothing. */
  readonly causeOf: (record: number) => number;
  /** Records of what was asked, where only what follows from it can break the property; none: any traffic may. */
  readonly asked: readonly number[];
}

/** What fails in a meeting at all nearly always fails in one of the first few. */
const meetingsMax = 16;
/** Steps of traffic on each side of a life's that it may change places with, in one thing: those nearest in time. */
const neighboursMax = 48;

/** The meetings to try, in this order: all kinds by turns, and a kind the more often the more things meet in it. */
export function meetingsOf(given: Given): readonly Meeting[] {
  const places = new Map(given.open.map(({ seq }, place) => [seq, place]));
  const kinds = kindsOf(given.prints, pairsOf(given)).map((pairs) => new Kind(meetingsAmong(given, places, pairs)));
  const found = new Map<string, Meeting>();
  while (found.size < meetingsMax) {
    let first: Kind | undefined;
    for (const kind of kinds) if (kind.turn < (first?.turn ?? Infinity)) first = kind;
    const meeting = first?.take();
    if (meeting === undefined) break;
    const { wait, value } = meeting;
    found.set(`${wait} ${value}`, { wait, value });
  }
  return [...found.values()];
}

/** A meeting, and in how many things it is one. */
interface Found extends Meeting {
  readonly things: number;
}

/** The meetings of one kind, and when it is their turn. */
class Kind {
  readonly #meetings: Iterator<Found, undefined>;
  #next: Found | undefined;
  #taken = 0;

  constructor(meetings: Iterator<Found, undefined>) {
    this.#meetings = meetings;
    this.#next = meetings.next().value;
  }

  /** The least comes next; Infinity if none is left. */
  get turn(): number {
    return this.#next === undefined ? Infinity : (this.#taken + 1) / this.#next.things;
  }

  take(): Found | undefined {
    const meeting = this.#next;
    this.#next = this.#meetings.next().value;
    this.#taken += 1;
    return meeting;
  }
}

/** A step of a life, one of traffic, and in how many things they meet. */
interface Pair {
  readonly life: number;
  readonly traffic: number;
  things: number;
}

/** Lives and traffic that touch the same thing, which one of them changes. */
function pairsOf(given: Given): readonly Pair[] {
  const { prints } = given;
  const isTraffic = trafficIn(given);
  const pairs = new Map<number, Map<number, Pair>>();
  for (const { steps, changed } of prints.things) {
    const lives = steps.flatMap((step, at) => (isOfLife(prints.occurrence(step)) ? [at] : []));
    if (lives.length === 0) continue;
    const traffic = steps.flatMap((step, at) => (isTraffic(step) ? [at] : []));
    let next = 0;
    for (const at of lives) {
      while ((traffic[next] ?? Infinity) < at) next += 1;
      const life = steps[at] ?? 0;
      const own = pairs.get(life) ?? new Map<number, Pair>();
      pairs.set(life, own);
      for (const other of traffic.slice(Math.max(0, next - neighboursMax), next + neighboursMax)) {
        if (changed[at] !== true && changed[other] !== true) continue;
        const step = steps[other] ?? 0;
        const pair = own.get(step) ?? { life, traffic: step, things: 0 };
        own.set(step, pair);
        pair.things += 1;
      }
    }
  }
  return [...pairs.values()].flatMap((own) => [...own.values()]);
}

function isOfLife(scheduled: Scheduled | undefined): boolean {
  return scheduled !== undefined && !scheduled.item.periodic && scheduled.item.rank <= rank.lifecycle;
}

/** Whether a step is one of traffic that the property may hang on. */
function trafficIn({ prints, causeOf, asked }: Given): (step: number) => boolean {
  const follows = new Map(asked.map((record) => [record, true]));
  const isAsked = (record: number): boolean => {
    const way: number[] = [];
    let at = record;
    while (at >= 0 && !follows.has(at)) {
      way.push(at);
      at = causeOf(at);
    }
    const answer = follows.get(at) ?? false;
    for (const one of way) follows.set(one, answer);
    return answer;
  };
  return (step) => {
    const item = prints.occurrence(step)?.item;
    return item?.rank === rank.data && (asked.length === 0 || isAsked(item.cause));
  };
}

/** By kind: which waits the two steps come at the end of. In each the pairs that meet in the most things, and of these the nearest. */
function kindsOf(prints: Footprints, pairs: readonly Pair[]): readonly (readonly Pair[])[] {
  const way = ({ life, traffic }: Pair): number => Math.abs(prints.place(traffic).time - prints.place(life).time);
  const inOrder = pairs.toSorted(
    (a, b) => b.things - a.things || way(a) - way(b) || a.life - b.life || a.traffic - b.traffic,
  );
  const nameOf = (step: number): string => prints.occurrence(step)?.item.fact.name ?? '';
  const kinds = new Map<string, Pair[]>();
  for (const pair of inOrder) {
    const name = `${nameOf(pair.life)} ${nameOf(pair.traffic)}`;
    const kind = kinds.get(name) ?? [];
    kinds.set(name, kind);
    kind.push(pair);
  }
  return [...kinds.values()];
}

function* meetingsAmong(
  given: Given,
  places: ReadonlyMap<number | undefined, number>,
  pairs: readonly Pair[],
): Generator<Found, undefined> {
  for (const pair of pairs) {
    const meeting = meetingOf(given, places, pair);
    if (meeting !== undefined) yield { ...meeting, things: pair.things };
  }
  return undefined;
}

/** The last wait on the way to the life's step that can make the two change places, unless it moves the traffic as well. */
function meetingOf(
  { prints, open }: Given,
  places: ReadonlyMap<number | undefined, number>,
  { life, traffic }: Pair,
): Meeting | undefined {
  const way = prints.place(traffic).time - prints.place(life).time;
  // At one instant a life's step comes first.
  const shift = way < 0 ? way : way + 1;
  let step = life;
  for (let scheduled = prints.occurrence(step); scheduled !== undefined; scheduled = prints.occurrence(step)) {
    const place = places.get(scheduled.item.seq);
    const wait = place === undefined ? undefined : open[place];
    if (place !== undefined && wait !== undefined) {
      const value = wait.wait + shift;
      if (value >= wait.fact.min && value <= wait.fact.max)
        return comesFrom(prints, traffic, step) ? undefined : { wait: place, value };
    }
    step = scheduled.creator;
  }
  return undefined;
}

/** Whether a step came to be by another one. */
function comesFrom(prints: Footprints, step: number, earlier: number): boolean {
  let at = step;
  while (at > earlier) at = prints.occurrence(at)?.creator ?? -1;
  return at === earlier;
}
