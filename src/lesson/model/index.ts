// The door for those who show lessons without running them: types, texts and sentences, nothing of the engine.
export { alternatives, lessonLanguages, stepIds } from './lesson.ts';
export type * from './lesson.ts';
export { parseLessonText } from './text.ts';
export type { LessonText, ParsedText, PredictOption, StepText } from './text.ts';
export { sentences } from './sentences/sentences.ts';
export type { SentenceKey, SentenceTexts } from './sentences/en.ts';
