// What a page is opened with.

import type { UnluckyMoment } from '../../explore/port.ts';
import type { LessonCatalogue, LessonDoor, LessonScript } from '../../lesson/model/index.ts';
import type { ScenarioSource } from '../../scenario/port.ts';
import type { Language, Texts } from '../../text/index.ts';
import type { Connect } from '../engine-port.ts';
import type { ConnectJudge } from '../lesson/judge-port.ts';
import type { LessonWords } from '../lesson/poster.ts';
import type { ConnectFinder } from '../race/finder-port.ts';
import type { BareView } from '../route.ts';

export interface WorkspaceOptions {
  readonly connect: Connect;
  readonly source: ScenarioSource;
  readonly language: Language;
  readonly texts: Texts;
  /** The lesson whose manifests these are; undefined in the sandbox. */
  readonly lesson?: OpenLesson;
  /** The name of a lesson that was asked for and is not there. */
  readonly missingLesson?: string;
  /** How the page is laid out; undefined: whole. */
  readonly view?: BareView;
  /** What a link leads to, as it stands there; undefined for the usual beginning. */
  readonly shared?: string;
  /** The run that a link asks for; undefined for the usual one. */
  readonly unlucky?: UnluckyMoment | 'unreadable';
  readonly loadLessons: () => Promise<LessonCatalogue>;
  readonly connectJudge: ConnectJudge;
  readonly connectFinder: ConnectFinder;
}

export interface OpenLesson {
  readonly entry: LessonDoor;
  readonly script: LessonScript;
  /** In the language in which it was opened; undefined if they could not be loaded then. */
  readonly words: LessonWords | undefined;
}
