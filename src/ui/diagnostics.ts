// The words of what is wrong with the manifests, and of the fix it offers.

import type { Diagnostic, ManifestFile } from '../manifests/index.ts';
import type { AnalysisFinding } from '../scenario/port.ts';
import { fill, formatDiagnostic, type Texts } from '../text/index.ts';

/** What a document's own checks have against it, or what the analyzers find in all of them together. */
export type Problem = Diagnostic | AnalysisFinding;

/** Of a finding whose words are still on their way, the code. */
export function diagnosticText(texts: Texts, problem: Problem): string {
  if (!('analysis' in problem)) return formatDiagnostic(problem, texts.diagnostics);
  return texts.analysis === undefined ? problem.code : fill(texts.analysis[problem.analysis], problem.params);
}

/** What the fix says it does; empty when there is none. */
export function fixTitle(texts: Texts, { fix }: Problem): string {
  return fix === undefined ? '' : formatDiagnostic({ message: fix.title, params: fix.params }, texts.diagnostics);
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
