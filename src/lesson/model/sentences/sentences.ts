// The sentences by language.
import type { LessonLanguage } from '../lesson.ts';
import { sentencesEn } from './en.ts';
import type { SentenceTexts } from './en.ts';
import { sentencesJa } from './ja.ts';

export const sentences: Readonly<Record<LessonLanguage, SentenceTexts>> = { en: sentencesEn, ja: sentencesJa };
