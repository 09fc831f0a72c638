// What reading gave, as text for people and diffs: one line per resource and per diagnostic, with the text it points at.

import type { Diagnostic, ParsedManifests } from '../../../src/manifests/index.ts';

export function describeParse({ resources, diagnostics, documents }: ParsedManifests, text: string): string {
  return [
    `documents: ${documents}`,
    'resources:',
    ...resources.map(({ kind, metadata: { namespace, name }, support }) => `  ${kind} ${namespace}/${name} ${support}`),
    'diagnostics:',
    ...diagnostics.map((diagnostic) => `  ${describeDiagnostic(diagnostic, text)}`),
    '',
  ].join('\n');
}

function describeDiagnostic({ range, severity, code, message, params, fix }: Diagnostic, text: string): string {
  const { start, end } = range;
  const pointedAt = JSON.stringify(text.slice(start.offset, end.offset).slice(0, 40));
  const name = code === message ? message : `${code} ${message}`;
  const rest = Object.keys(params).length > 0 ? ` ${JSON.stringify(params)}` : '';
  const fixed = fix ? ` fix ${fix.title} ${describeFix(fix, text)}` : '';
  return `${start.line}:${start.column}-${end.line}:${end.column} ${pointedAt} ${severity} ${name}${rest}${fixed}`;
}

function describeFix({ range, text: replacement }: NonNullable<Diagnostic['fix']>, text: string): string {
  const from = text.slice(range.start.offset, range.end.offset);
  return `${JSON.stringify(from)} -> ${JSON.stringify(replacement)}`;
}
