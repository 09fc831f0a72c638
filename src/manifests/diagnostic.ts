// A diagnostic: what a person should be told about their text, and exactly where. Every one carries a message key;
// the sentences themselves live in the text room, in every language.

import type { MessageKey, Severity } from './messages.ts';
import type { ResourceRef } from './resource.ts';
import type { Range } from './source.ts';

/** One replacement that mends the text. Plain data. */
export interface QuickFix {
  readonly title: MessageKey;
  readonly params: DiagnosticParams;
  readonly range: Range;
  readonly text: string;
}

export type DiagnosticParams = Readonly<Record<string, string | number>>;

/** Plain data, safe to send to another thread. */
export interface Diagnostic {
  /** Stable: the message key, or upstream's own code (`IST0106`) where it means the same. */
  readonly code: string;
  readonly severity: Severity;
  readonly path: string;
  readonly range: Range;
  readonly message: MessageKey;
  readonly params: DiagnosticParams;
  /** The object it is about, when its kind and name could be read. */
  readonly resource?: ResourceRef;
  readonly fix?: QuickFix;
}
