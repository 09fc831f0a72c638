// The words of a diagnostic, and of the fix it offers.

import type { Diagnostic } from '../manifests/index.ts';
import { formatDiagnostic, type Texts } from '../text/index.ts';

export function diagnosticText(texts: Texts, diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic, texts.diagnostics);
}

/** What the fix says it does; empty when there is none. */
export function fixTitle(texts: Texts, { fix }: Diagnostic): string {
  return fix === undefined ? '' : formatDiagnostic({ message: fix.title, params: fix.params }, texts.diagnostics);
}
