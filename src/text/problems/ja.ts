// マニフェストの問題を指摘する文章のすべて。
import { analysisJa } from '../analysis/ja.ts';
import { diagnosticsJa } from '../diagnostics/ja.ts';
import type { ProblemTexts } from '../texts.ts';

export const problems: ProblemTexts = { diagnostics: diagnosticsJa, analysis: analysisJa };
