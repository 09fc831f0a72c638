// Diagnostics on the command line: `file:line:col: severity: sentence [code]`, as compilers print them.
import type { Diagnostic } from '../../manifests/index.ts';
import type { RunStop } from '../../scenario/index.ts';
import type { AnalysisFinding } from '../../scenario/port.ts';
import { fill, formatDiagnostic, loadProblemTexts } from '../../text/index.ts';

const texts = await loadProblemTexts('en');

/** What a document's own checks have against it, or what the analyzers find. */
export type Problem = Diagnostic | AnalysisFinding;

export function diagnosticLine(diagnostic: Problem): string {
  const { path, range, severity, code } = diagnostic;
  return `${path}:${range.start.line}:${range.start.column}: ${severity}: ${textOf(diagnostic)} [${code}]`;
}

function textOf(problem: Problem): string {
  return 'analysis' in problem
    ? fill(texts.analysis[problem.analysis], problem.params)
    : formatDiagnostic(problem, texts.diagnostics);
}

/** Why a run was stopped, as a sentence. */
export function sentenceOf(stop: RunStop): string {
  return formatDiagnostic(stop, texts.diagnostics);
}

/** A diagnostic as one JSON object. */
export function diagnosticJson(diagnostic: Problem): object {
  const { path, range, severity, code, resource } = diagnostic;
  return {
    path,
    line: range.start.line,
    column: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
    severity,
    code,
    message: textOf(diagnostic),
    ...(resource === undefined ? {} : { resource }),
  };
}
