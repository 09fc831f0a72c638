// The lesson room's door: files in, a lesson out; manifests in, a verdict out.
export { changesBetween, changesOutsideForms, forbiddenChanges } from './changes.ts';
export type { Change } from './changes.ts';
export type { Check, Violation } from './checks/check.ts';
export { checks } from './checks/checks.ts';
export { hintFor, judge, judgementOf, measure, prove } from './judge.ts';
export type { PropertyResult, ScheduleVerdict } from './judge.ts';
export { loadLesson, manifestsOf, unknownTerms } from './load.ts';
export type { LoadedLesson } from './load.ts';
export type { MeasuredRow, MeasuredTable } from './measures/measure.ts';
export { measures } from './measures/measures.ts';
export { variantsToVerify, verifyVariant } from './verify.ts';
export type { VariantOutcome } from './verify.ts';
