// The text room's door. A language is loaded when it is needed.
import type { Claim, ClaimId } from './claims/claims.ts';
import type { ClaimTexts } from './claims/en.ts';
import type { BreakpointTexts } from './breakpoints/en.ts';
import type { ConfigTexts } from './config/en.ts';
import type { CourseTexts } from './course/en.ts';
import type { FieldTexts } from './fields/en.ts';
import type { Glossary } from './glossary/en.ts';
import type { ForkTexts } from './forks/en.ts';
import type { HistoryTexts } from './history/en.ts';
import type { ShareTexts } from './share/en.ts';
import type { TourTexts } from './tour/en.ts';
import type { InterventionTexts } from './interventions/en.ts';
import type { LedgerTexts } from './ledger/en.ts';
import type { LessonTexts } from './lesson/en.ts';
import type { RaceTexts } from './races/en.ts';
import type { ProblemTexts, Texts } from './texts.ts';
import type { ViewTexts } from './views/en.ts';
import type { WorldTexts } from './worlds/en.ts';

export { formatDiagnostic } from './diagnostics/format.ts';
export { fill, piecesOf, placeholdersOf } from './fill.ts';
export type { Params, Piece } from './fill.ts';
export type { FieldKey, FieldTexts } from './fields/en.ts';
export type { Claim, ClaimId, ClaimVerdict } from './claims/claims.ts';
export type { ClaimTexts } from './claims/en.ts';
export type { CourseTexts } from './course/en.ts';
export type { Glossary, Term, TermId } from './glossary/en.ts';
export type { BreakpointTexts } from './breakpoints/en.ts';
export type { ForkTexts } from './forks/en.ts';
export type { HistoryTexts } from './history/en.ts';
export type { ShareTexts } from './share/en.ts';
export type { TourTexts } from './tour/en.ts';
export type { LessonTexts } from './lesson/en.ts';
export type { RaceTexts } from './races/en.ts';
export type { ProblemTexts, Texts } from './texts.ts';
export type { ViewTexts } from './views/en.ts';
export type { WorldTexts } from './worlds/en.ts';

export type Language = 'en' | 'ja';
export const languages: readonly Language[] = ['en', 'ja'];
/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' };

/** Loads the fidelity ledger: its sentences by row id, and the words around them. Few readers ask for it. */
export async function loadFidelity(language: Language): Promise<{
  readonly rows: Readonly<Record<string, string>>;
  readonly words: LedgerTexts;
}> {
  const [{ fidelity: rows }, { ledger: words }] = await Promise.all(
    language === 'en'
      ? ([import('./fidelity/en.ts'), import('./ledger/en.ts')] as const)
      : ([import('./fidelity/ja.ts'), import('./ledger/ja.ts')] as const),
  );
  return { rows, words };
}

/** Loads what the panel of a proxy's configuration says. */
export async function loadConfigTexts(language: Language): Promise<ConfigTexts> {
  switch (language) {
    case 'en':
      return (await import('./config/en.ts')).config;
    case 'ja':
      return (await import('./config/ja.ts')).config;
  }
}

/** Loads what the dialog of interventions says. */
export async function loadInterventionTexts(language: Language): Promise<InterventionTexts> {
  switch (language) {
    case 'en':
      return (await import('./interventions/en.ts')).interventions;
    case 'ja':
      return (await import('./interventions/ja.ts')).interventions;
  }
}

/** Loads what the page says around a lesson. */
export async function loadLessonTexts(language: Language): Promise<LessonTexts> {
  switch (language) {
    case 'en':
      return (await import('./lesson/en.ts')).lesson;
    case 'ja':
      return (await import('./lesson/ja.ts')).lesson;
  }
}

/** Loads what the dialog of lessons says beside its list. */
export async function loadCourseTexts(language: Language): Promise<CourseTexts> {
  switch (language) {
    case 'en':
      return (await import('./course/en.ts')).course;
    case 'ja':
      return (await import('./course/ja.ts')).course;
  }
}

/** Loads the glossary. */
export async function loadGlossary(language: Language): Promise<Glossary> {
  switch (language) {
    case 'en':
      return (await import('./glossary/en.ts')).glossary;
    case 'ja':
      return (await import('./glossary/ja.ts')).glossary;
  }
}

/** Loads what talks say, and what is so: the facts of each claim, in the order of the tracks, and its words. */
export async function loadClaims(language: Language): Promise<{
  readonly rows: readonly (Claim & { readonly id: ClaimId })[];
  readonly words: ClaimTexts;
}> {
  const [{ claimRows: rows }, { claimTexts: words }] = await Promise.all([
    import('./claims/claims.ts'),
    language === 'en' ? import('./claims/en.ts') : import('./claims/ja.ts'),
  ]);
  return { rows, words };
}

/** Loads what is said of manifests with something wrong: nobody needs it before something is. */
export async function loadProblemTexts(language: Language): Promise<ProblemTexts> {
  switch (language) {
    case 'en':
      return (await import('./problems/en.ts')).problems;
    case 'ja':
      return (await import('./problems/ja.ts')).problems;
  }
}

/** Loads what a search for failing schedules says. */
export async function loadRaceTexts(language: Language): Promise<RaceTexts> {
  switch (language) {
    case 'en':
      return (await import('./races/en.ts')).races;
    case 'ja':
      return (await import('./races/ja.ts')).races;
  }
}

/** Loads what is said of worlds laid side by side. */
export async function loadWorldTexts(language: Language): Promise<WorldTexts> {
  switch (language) {
    case 'en':
      return (await import('./worlds/en.ts')).worlds;
    case 'ja':
      return (await import('./worlds/ja.ts')).worlds;
  }
}

/** Loads what the late views of a run say: access logs, metrics, certificates, the wire, exports. */
export async function loadViewTexts(language: Language): Promise<ViewTexts> {
  switch (language) {
    case 'en':
      return (await import('./views/en.ts')).views;
    case 'ja':
      return (await import('./views/ja.ts')).views;
  }
}

/** Loads what is said of breakpoints. */
export async function loadBreakpointTexts(language: Language): Promise<BreakpointTexts> {
  switch (language) {
    case 'en':
      return (await import('./breakpoints/en.ts')).breakpoints;
    case 'ja':
      return (await import('./breakpoints/ja.ts')).breakpoints;
  }
}

/** Loads what is said of the history of manifests, and of what could not be kept. */
export async function loadHistoryTexts(language: Language): Promise<HistoryTexts> {
  switch (language) {
    case 'en':
      return (await import('./history/en.ts')).history;
    case 'ja':
      return (await import('./history/ja.ts')).history;
  }
}

/** Loads what the tour of the first minutes says. */
export async function loadTourTexts(language: Language): Promise<TourTexts> {
  switch (language) {
    case 'en':
      return (await import('./tour/en.ts')).tour;
    case 'ja':
      return (await import('./tour/ja.ts')).tour;
  }
}

/** Loads what is said of links and files that lead to exactly what is looked at. */
export async function loadShareTexts(language: Language): Promise<ShareTexts> {
  switch (language) {
    case 'en':
      return (await import('./share/en.ts')).share;
    case 'ja':
      return (await import('./share/ja.ts')).share;
  }
}

/** Loads what is said of futures that stay. */
export async function loadForkTexts(language: Language): Promise<ForkTexts> {
  switch (language) {
    case 'en':
      return (await import('./forks/en.ts')).forks;
    case 'ja':
      return (await import('./forks/ja.ts')).forks;
  }
}

/** Loads the texts of a language. */
export async function loadTexts(language: Language): Promise<Texts> {
  switch (language) {
    case 'en':
      return (await import('./en.ts')).en;
    case 'ja':
      return (await import('./ja.ts')).ja;
  }
}

/** Loads what a language says of the fields of manifests: only an editor needs it. */
export async function loadFieldTexts(language: Language): Promise<FieldTexts> {
  switch (language) {
    case 'en':
      return (await import('./fields/en.ts')).fields;
    case 'ja':
      return (await import('./fields/ja.ts')).fields;
  }
}
