// Diagnostics on the command line: `file:line:col: severity: sentence [code]`, as compilers print them.
import type { Diagnostic } from '../../manifests/index.ts';
import { formatDiagnostic } from '../../text/index.ts';
import { diagnosticsEn } from '../../text/diagnostics/en.ts';

export function diagnosticLine(diagnostic: Diagnostic): string {
  const { path, range, severity, code } = diagnostic;
  return `${path}:${range.start.line}:${range.start.column}: ${severity}: ${formatDiagnostic(diagnostic, diagnosticsEn)} [${code}]`;
}

/** The same as one JSON object. */
export function diagnosticJson(diagnostic: Diagnostic): object {
  const { path, range, severity, code, resource } = diagnostic;
  return { path, line: range.start.line, column: range.start.column, endLine: range.end.line, endColumn: range.end.column, severity, code, message: formatDiagnostic(diagnostic, diagnosticsEn), ...(resource === undefined ? {} : { resource }) };
}
