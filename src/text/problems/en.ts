// What is wrong with manifests, by whoever says so, in English.
import { analysisEn } from '../analysis/en.ts';
import { diagnosticsEn } from '../diagnostics/en.ts';
import type { ProblemTexts } from '../texts.ts';

export const problems: ProblemTexts = { diagnostics: diagnosticsEn, analysis: analysisEn };
