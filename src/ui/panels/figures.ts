// Figures of a sentence as people write large ones: 2,000,000.

import type { Language, Params } from '../../text/index.ts';

/** The same message with its numbers in groups of three digits. */
export function withGroupedFigures<Message extends { readonly params: Params }>(
  message: Message,
  language: Language,
): Message {
  const grouped = new Intl.NumberFormat(language);
  const params = Object.entries(message.params).map(([name, value]) => [
    name,
    typeof value === 'number' ? grouped.format(value) : value,
  ]);
  return { ...message, params: Object.fromEntries(params) as Params }; // the same names, as texts
}
