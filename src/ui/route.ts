// Where the page is, as its address says after the #: the sandbox, or a lesson, each in a language, and perhaps a moment of an unlucky
// run of it; perhaps with only its stage, inside another page. Anything else after the # is not a place.
import { decodeLuck, encodeLuck, type UnluckyMoment } from '../explore/port.ts';
import type { Language } from '../text/index.ts';

/** The page without its panes. `embed`: stage and time, inside somebody else's page. */
export type BareView = 'embed';

export interface Route {
  readonly language: Language | undefined;
  /** How the page is laid out there; undefined: whole. */
  readonly view: BareView | undefined;
  /** A lesson's id; undefined for the sandbox. */
  readonly lesson: string | undefined;
  /** The state to show there, as it stands in the address; undefined for the usual beginning. */
  readonly shared: string | undefined;
  /** The run to open there; undefined for the usual one. */
  readonly unlucky: UnluckyMoment | 'unreadable' | undefined;
}

const ROUTE = /^#\/(?:(en|ja)\/?)?(?:(embed)\/?)?(?:l\/([a-z0-9-]{1,60})\/?)?(?:(v\d+\..*)|~(.*))?$/;
const MOMENT = /^(.*)@(\d{1,10})(?:\.(\d{1,9}))?$/;
/** Nobody searches further than an hour; a link that says so would keep the reader's machine busy. */
const AT_MAX_US = 3_600_000_000;

/** The place that an address names; undefined if it names none. */
export function routeOf(hash: string): Route | undefined {
  const match = ROUTE.exec(hash);
  if (match === null) return undefined;
  const [, language, view, lesson, shared, moment] = match;
  const unlucky = moment === undefined ? undefined : (momentOf(moment) ?? 'unreadable');
  return {
    language: language === 'en' || language === 'ja' ? language : undefined,
    view: view === 'embed' ? view : undefined,
    lesson,
    shared,
    unlucky,
  };
}

function momentOf(text: string): UnluckyMoment | undefined {
  const [, written, at, record] = MOMENT.exec(text) ?? [];
  const luck = written === undefined ? undefined : decodeLuck(written);
  if (luck === undefined || Number(at) > AT_MAX_US) return undefined;
  return { luck, at: Number(at), record: record === undefined ? undefined : Number(record) };
}

export function lessonHref(language: Language, lesson: string): string {
  return `#/${language}/l/${lesson}`;
}

/** The same place in another language; an address that names no language, or no place, stays as it is. */
export function inLanguage(hash: string, language: Language): string {
  return routeOf(hash)?.language === undefined ? hash : hash.replace(/^#\/(?:en|ja)/, `#/${language}`);
}

/** The same place, laid out otherwise; what is no place stays as it is. Without a fragment it is the sandbox. */
export function inView(hash: string, view: BareView | undefined): string {
  const place = hash === '' ? '#/' : hash;
  if (routeOf(place) === undefined) return hash;
  const [, language = '', rest = ''] = /^#\/(?:(en|ja)(?:\/|$))?(?:embed(?:\/|$))?(.*)$/.exec(place) ?? [];
  return ['#', language, view ?? '', rest].filter((part, at) => at === 3 || part !== '').join('/');
}

export function sandboxHref(language: Language): string {
  return `#/${language}/`;
}

/** A moment of an unlucky run of the scene at `place`, which is one of the two above. */
export function unluckyHref(place: string, { luck, at, record }: UnluckyMoment): string {
  return `${place.replace(/\/?$/, '/')}~${encodeLuck(luck)}@${at}${record === undefined ? '' : `.${record}`}`;
}
