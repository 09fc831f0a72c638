// The door for those who show lessons without running them: types, texts and sentences, nothing of the engine.
export type * from './catalogue.ts';
export { alternatives, lessonLanguages } from './lesson.ts';
export type * from './lesson.ts';
export type * from './port.ts';
export { stepIds } from './steps.ts';
export type { LessonProblem, StepId } from './steps.ts';
export { linkedTerms, parseLessonText } from './text.ts';
export type { LessonText, ParsedText, PredictOption, StepText, Symptom } from './text.ts';
export { sentences } from './sentences/sentences.ts';
export type { SentenceKey, SentenceTexts } from './sentences/en.ts';
