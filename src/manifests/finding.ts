// A diagnostic before it knows where its document stands: offsets count from the start of the document's text.
// Findings are what is cached; `parse.ts` turns them into diagnostics.

import type { MessageKey, ParamsOf, Severity } from './messages.ts';

/** Half open, in UTF-16 units of the document's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FindingFix {
  readonly title: FixTitle;
  readonly params: Readonly<Record<string, string | number>>;
  readonly span: Span;
  readonly text: string;
}

/** The messages that name a quick fix. */
export type FixTitle = Extract<MessageKey, `fix-${string}`>;

export interface Finding {
  readonly message: MessageKey;
  /** A parameter `line` counts from the document's first line, 1-based; it is moved together with the span. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly span: Span;
  /** Differs from the message's own only where the same text is an error for one kind and advice for another. */
  readonly severity?: Severity;
  readonly fix?: FindingFix;
}

export interface FindingOptions {
  readonly severity?: Severity;
  readonly fix?: FindingFix;
}

export function finding<K extends MessageKey>(
  message: K,
  span: Span,
  params: ParamsOf<K>,
  options: FindingOptions = {},
): Finding {
  return { message, params, span, ...options };
}
