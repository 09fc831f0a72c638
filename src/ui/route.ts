// Where the page is, as its address says after the #: the sandbox, or a lesson, each in a language. Anything else after the # is not a place.
import type { Language } from '../text/index.ts';

export interface Route {
  readonly language: Language | undefined;
  /** A lesson's id; undefined for the sandbox. */
  readonly lesson: string | undefined;
}

const ROUTE = /^#\/(?:(en|ja)\/?)?(?:l\/([a-z0-9-]{1,60})\/?)?$/;

/** The place that an address names; undefined if it names none. */
export function routeOf(hash: string): Route | undefined {
  const match = ROUTE.exec(hash);
  if (match === null) return undefined;
  const [, language, lesson] = match;
  return { language: language === 'en' || language === 'ja' ? language : undefined, lesson };
}

export function lessonHref(language: Language, lesson: string): string {
  return `#/${language}/l/${lesson}`;
}

export function sandboxHref(language: Language): string {
  return `#/${language}/`;
}
