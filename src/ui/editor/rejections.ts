// How many objects the API server refused. A document that is broken is one object, however many mistakes it has; the objects of a List
// are told apart by their names.

import { splitDocuments } from '../../manifests/documents.ts';
import type { Diagnostic, ManifestFile } from '../../manifests/index.ts';

/** Counts the objects with errors. `files` are those that the diagnostics speak of. */
export function countRejected(diagnostics: readonly Diagnostic[], files: readonly ManifestFile[]): number {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const namesByDocument = new Map<string, Set<string>>();
  for (const file of new Set(errors.map(({ path }) => path))) {
    const starts = splitDocuments(files.find(({ path }) => path === file)?.text ?? '').map(({ offset }) => offset);
    for (const { range, resource } of errors.filter(({ path }) => path === file)) {
      const document = `${file}#${starts.findLastIndex((start) => start <= range.start.offset)}`;
      const names = namesByDocument.get(document) ?? new Set();
      if (resource !== undefined) names.add(`${resource.kind} ${resource.namespace}/${resource.name}`);
      namesByDocument.set(document, names);
    }
  }
  return [...namesByDocument.values()].reduce((sum, names) => sum + Math.max(1, names.size), 0);
}

/** The kinds of the objects that are kept but not acted on, each once, in the order of the text. */
export function notSimulatedKinds(diagnostics: readonly Diagnostic[]): readonly string[] {
  const kept = diagnostics.filter(({ message }) => message === 'accepted-not-simulated' || message === 'unknown-kind');
  return [...new Set(kept.map(({ params }) => String(params['kind'] ?? '')))];
}
