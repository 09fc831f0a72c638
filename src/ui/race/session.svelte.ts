// A search for a failing schedule as the page sees it: what is asked, how far it is, what came of it. It lives as long as the page,
// so that a verdict is still there when the dialog is opened again.
import type { Field, FromFinder, RaceAnswer, SearchProgress } from '../../explore/port.ts';
import { emptyField, FieldNotes } from '../../explore/port.ts';
import type { Drafts } from '../workspace/drafts.svelte.ts';
import type { ConnectFinder, FinderPort } from './finder-port.ts';
import { missingIn, propertyText, type PropertyDraft } from './property-form.ts';

type Source = Drafts['source'];

export type Search =
  | { readonly kind: 'none' }
  /** `progress` is undefined until the cluster is up. */
  | { readonly kind: 'searching'; readonly progress: SearchProgress | undefined }
  /** What was explored until then stays. */
  | { readonly kind: 'cancelled'; readonly schedules: number; readonly source: Source }
  | { readonly kind: 'answered'; readonly answer: RaceAnswer; readonly source: Source }
  | { readonly kind: 'failed'; readonly message: string };

/** Simulated minutes of each schedule. */
export const horizons = [1, 10, 60] as const;
/** Occurrences handled in all schedules together, after which the search ends. A million take about a minute. */
export const stateLimits = [100_000, 1_000_000, 10_000_000] as const;

const MINUTE_US = 60_000_000;

export class RaceSession {
  properties = $state.raw<readonly PropertyDraft[]>([{ kind: 'no-failed-request', values: {} }]);
  minutes = $state<(typeof horizons)[number]>(10);
  states = $state<(typeof stateLimits)[number]>(1_000_000);
  /** Two take much longer: every pair of waits at every two lengths. */
  unlucky = $state<1 | 2>(1);
  /** Whether the search begins where the run stands; what happens before is then as the seed has it. */
  isFromNow = $state(false);
  search = $state.raw<Search>({ kind: 'none' });
  /** The schedules that the last search has explored, so far. */
  field = $state.raw<Field>(emptyField);
  /** Where the last search began, microseconds of the run. */
  began = 0;
  /** Somebody has asked to search with fields that are not filled in. */
  isIncomplete = $state(false);

  readonly #drafts: Drafts;
  readonly #connect: ConnectFinder;
  #port: FinderPort | undefined;
  #request = 0;
  /** What the question that was asked last is about. */
  #asked: Source | undefined;
  #notes = new FieldNotes();

  /** `drafts`: the manifests that every search is about, as they are when it begins. */
  constructor(drafts: Drafts, connect: ConnectFinder) {
    this.#drafts = drafts;
    this.#connect = connect;
  }

  change(at: number, draft: PropertyDraft): void {
    this.properties = this.properties.with(at, draft);
    this.isIncomplete = false;
  }

  add(): void {
    this.properties = [...this.properties, { kind: 'no-failed-request', values: {} }];
  }

  remove(at: number): void {
    this.properties = this.properties.toSpliced(at, 1);
  }

  /** `now`: where the run stands, microseconds. */
  find(now: number): void {
    this.isIncomplete = this.properties.some((draft) => missingIn(draft).length > 0);
    if (this.isIncomplete) return;
    this.#request += 1;
    this.search = { kind: 'searching', progress: undefined };
    this.#notes = new FieldNotes();
    this.field = emptyField;
    this.began = this.isFromNow ? now : 0;
    const { source } = this.#drafts;
    this.#asked = source;
    this.#port ??= this.#connect({
      onMessage: (message) => this.#receive(message),
      onDeath: (reason) => this.#fail(reason),
    });
    this.#port.post({
      type: 'find-race',
      request: this.#request,
      source,
      properties: this.properties.map(propertyText),
      horizon: this.minutes * MINUTE_US,
      ...(this.isFromNow ? { from: now } : {}),
      bound: { states: this.states, unlucky: this.unlucky },
    });
  }

  /** Ends the search at once: its worker goes, whatever it is doing. */
  cancel(): void {
    if (this.search.kind !== 'searching') return;
    this.close();
    const schedules = this.search.progress?.schedules ?? 0;
    this.search = { kind: 'cancelled', schedules, source: this.#asked ?? this.#drafts.source };
  }

  /** Whether the manifests and the mesh are still those that an answer is about. */
  isAbout({ manifests, mesh }: Source): boolean {
    const { source } = this.#drafts;
    return manifests === source.manifests && mesh === source.mesh;
  }

  close(): void {
    this.#port?.close();
    this.#port = undefined;
  }

  #receive(message: FromFinder): void {
    if (message.request !== this.#request || this.#asked === undefined) return;
    switch (message.type) {
      case 'searching': {
        const { progress } = message;
        this.search = { kind: 'searching', progress };
        if (progress.explored.length === 0) return;
        for (const explored of progress.explored) this.#notes.add(explored);
        this.field = this.#notes.field();
        return;
      }
      case 'answered':
        this.search = { kind: 'answered', answer: message.answer, source: this.#asked };
        return;
      case 'failed':
        this.#fail(message.message);
    }
  }

  #fail(message: string): void {
    this.close();
    this.search = { kind: 'failed', message };
  }
}
