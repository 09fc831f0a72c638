// The words of what is wrong with the manifests, and of the fix it offers.

import type { Diagnostic, ManifestFile } from '../manifests/index.ts';
import type { AnalysisFinding, RunStop } from '../scenario/port.ts';
import { fill, formatDiagnostic, type Texts } from '../text/index.ts';

/** What a document's own checks have against it, or what the analyzers find in all of them together. */
export type Problem = Diagnostic | AnalysisFinding;

/** While the words are still on their way, the code. */
export function diagnosticText({ problems: texts }: Texts, problem: Problem): string {
  if (texts === undefined) return problem.code;
  if ('analysis' in problem) return fill(texts.analysis[problem.analysis], problem.params);
  return formatDiagnostic(problem, texts.diagnostics);
}

/** What the fix says it does; empty when there is none, or while its words are on their way. */
export function fixTitle({ problems: texts }: Texts, { fix }: Problem): string {
  if (fix === undefined || texts === undefined) return '';
  return formatDiagnostic({ message: fix.title, params: fix.params }, texts.diagnostics);
}

/** Why a run was stopped; empty while the words are on their way. */
export function stopText({ problems: texts }: Texts, stop: Pick<RunStop, 'message' | 'params'>): string {
  return texts === undefined ? '' : formatDiagnostic(stop, texts.diagnostics);
}

/** Istio's page about a code of istioctl's; undefined: the code is our own. */
export function documentationOf(code: string): string | undefined {
  if (!/^IST\d{4}$/.test(code)) return undefined;
  return `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`;
}

/** In the order of the files and their texts. */
export function inTextOrder(problems: readonly Problem[], files: readonly ManifestFile[]): readonly Problem[] {
  const order = new Map(files.map(({ path }, at) => [path, at]));
  return problems.toSorted(
    (a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
}
