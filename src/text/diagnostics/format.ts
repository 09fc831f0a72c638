// A diagnostic as a sentence. What the text room knows of a diagnostic is a key and its parameters.

import { fill, type Params } from '../fill.ts';
import type { DiagnosticKey, DiagnosticTexts } from './en.ts';

interface Message {
  readonly message: DiagnosticKey;
  readonly params: Params;
}

/** The sentence of a diagnostic, or with `{ message: fix.title, params: fix.params }` the title of its quick fix. Plain text, never HTML. */
export function formatDiagnostic({ message, params }: Message, texts: DiagnosticTexts): string {
  return fill(texts[message], params);
}
