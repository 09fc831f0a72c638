// What the page is built with: a door to each lesson, behind which its parts are loaded, and the list of lessons.
import type { LessonLanguage, LessonScript } from './lesson.ts';
import type { StepId } from './steps.ts';

/** A piece of a body: prose that was Markdown, or the place of a table that is counted from the run at hand. */
export type ShownPart =
  /** HTML without scripts, made when the page was built. */
  { readonly kind: 'prose'; readonly html: string } | { readonly kind: 'measurement'; readonly id: string };

export type ShownBody = readonly ShownPart[];

export interface ShownOption {
  /** HTML within a line, as all `…Html` here. */
  readonly textHtml: string;
  readonly isRight: boolean;
  readonly replyHtml: string;
}

/** A lesson's words in one language, ready to be put on the page. */
export interface ShownText {
  readonly title: string;
  readonly summaryHtml: string;
  readonly steps: Readonly<Record<StepId, { readonly title: string; readonly body: ShownBody }>>;
  readonly options: readonly ShownOption[];
  /** HTML by property id. */
  readonly properties: Readonly<Record<string, string>>;
  /** HTML by form id: its label. */
  readonly forms: Readonly<Record<string, string>>;
  /** In the order of their levels, from vague to explicit. */
  readonly hints: readonly ShownBody[];
  readonly solution: ShownBody;
  /** By folder: why it is wrong. */
  readonly nearMisses: Readonly<Record<string, ShownBody>>;
  /** By marker: what a speaker says there. */
  readonly notes: Readonly<Record<string, ShownBody>>;
  /** What to read upstream; empty if the lesson names nothing. */
  readonly read: ShownBody;
}

/** What somebody sees before they know its cause, and the step that shows where it comes from. */
export interface ShownSymptom {
  readonly step: StepId;
  readonly html: string;
}

/** How a lesson is come by: its parts are loaded when somebody opens it. */
export interface LessonDoor {
  readonly id: string;
  /** Loads what is run and judged. */
  loadScript(): Promise<LessonScript>;
  /** Loads its words in one language. */
  loadText(language: LessonLanguage): Promise<ShownText>;
}

/** A lesson as the list of lessons shows it. */
export interface LessonEntry extends LessonDoor {
  readonly order: number;
  readonly prerequisites: readonly string[];
  readonly titles: Readonly<Record<LessonLanguage, string>>;
  readonly summariesHtml: Readonly<Record<LessonLanguage, string>>;
  readonly symptoms: Readonly<Record<LessonLanguage, readonly ShownSymptom[]>>;
  /** Ids of the terms of the glossary that its texts link to. */
  readonly terms: readonly string[];
}

/** In the order in which they are to be read. */
export type LessonCatalogue = readonly LessonEntry[];
