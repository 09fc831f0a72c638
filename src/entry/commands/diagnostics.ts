// Diagnostics on the command line: `file:line:col: severity: sentence [code]`, as compilers print them.
import type { Diagnostic } from '../../manifests/index.ts';
import type { RunStop } from '../../scenario/index.ts';
import { formatDiagnostic, loadTexts } from '../../text/index.ts';

const { diagnostics: texts } = await loadTexts('en');

export function diagnosticLine(diagnostic: Diagnostic): string {
  const { path, range, severity, code } = diagnostic;
  return `${path}:${range.start.line}:${range.start.column}: ${severity}: ${formatDiagnostic(diagnostic, texts)} [${code}]`;
}

/** Why a run was stopped, as a sentence. */
export function sentenceOf(stop: RunStop): string {
  return formatDiagnostic(stop, texts);
}

/** A diagnostic as one JSON object. */
export function diagnosticJson(diagnostic: Diagnostic): object {
  const { path, range, severity, code, resource } = diagnostic;
  return {
    path,
    line: range.start.line,
    column: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
    severity,
    code,
    message: formatDiagnostic(diagnostic, texts),
    ...(resource === undefined ? {} : { resource }),
  };
}
