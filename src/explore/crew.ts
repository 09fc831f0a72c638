// The conversation between a search and those who help it, each on an engine of its own in a worker of its own: plain messages.
import type { RaceQuestion } from './find-race.ts';
import type { Crew, Piece, Tried } from './pieces.ts';

export type ToHelper =
  /** What is searched. Said once, first; who helps brings up the same cluster. */
  | { readonly type: 'help'; readonly question: RaceQuestion }
  | { readonly type: 'try'; readonly place: number; readonly piece: Piece; readonly statesMax: number };

export type FromHelper =
  { readonly type: 'ready' } | { readonly type: 'tried'; readonly place: number; readonly tried: Tried };

/** One who helps, as the search sees it. */
export interface Helper {
  post(message: ToHelper): void;
  close(): void;
}

export interface HelperListener {
  onMessage(message: FromHelper): void;
  /** It is gone by itself. */
  onDeath(): void;
}

/** Pieces that one who helps has at a time: enough to be busy until the search looks up again. */
const handedMax = 4;

export interface HelpersOptions {
  readonly question: RaceQuestion;
  readonly count: number;
  /** Makes one who helps, and tells of what it says. */
  readonly connect: (listener: HelperListener) => Helper;
  /** Asked until it says yes: before that, nobody is called. */
  readonly isWorthIt: () => boolean;
}

/** Who helps, once they are up. Nobody waits for them to be: what they have not been given, the search does by itself. */
export class Helpers implements Crew {
  readonly #options: HelpersOptions;
  #members: readonly Member[] | undefined;
  #back: (readonly [number, Tried | undefined])[] = [];

  constructor(options: HelpersOptions) {
    this.#options = options;
  }

  get handed(): number {
    return (this.#members ?? []).reduce((sum, { places }) => sum + places.size, 0);
  }

  hand(place: number, piece: Piece, statesMax: number): boolean {
    if (this.#members === undefined) {
      if (this.#options.isWorthIt()) this.#members = this.#call();
      return false;
    }
    const free = this.#members
      .filter(({ isReady, places }) => isReady && places.size < handedMax)
      .sort((a, b) => a.places.size - b.places.size)[0];
    if (free?.helper === undefined) return false;
    free.places.add(place);
    free.helper.post({ type: 'try', place, piece, statesMax });
    return true;
  }

  collect(): readonly (readonly [number, Tried | undefined])[] {
    const back = this.#back;
    this.#back = [];
    return back;
  }

  dismiss(): void {
    for (const { helper } of this.#members ?? []) helper?.close();
    this.#members = [];
  }

  #call(): readonly Member[] {
    const { question, count, connect } = this.#options;
    return Array.from({ length: count }, () => {
      const member: Member = { helper: undefined, isReady: false, places: new Set() };
      member.helper = connect({
        onMessage: (message) => this.#receive(member, message),
        onDeath: () => this.#lose(member),
      });
      member.helper.post({ type: 'help', question });
      return member;
    });
  }

  #receive(member: Member, message: FromHelper): void {
    if (message.type === 'ready') {
      member.isReady = true;
      return;
    }
    member.places.delete(message.place);
    this.#back.push([message.place, message.tried]);
  }

  #lose(member: Member): void {
    for (const place of member.places) this.#back.push([place, undefined]);
    member.places.clear();
    member.isReady = false;
    member.helper?.close();
  }
}

interface Member {
  helper: Helper | undefined;
  isReady: boolean;
  readonly places: Set<number>;
}
