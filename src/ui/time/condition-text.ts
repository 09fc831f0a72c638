// A condition in words.

import { fill, type BreakpointTexts } from '../../text/index.ts';
import type { BreakCondition } from '../../view/breakpoint/index.ts';

export function conditionText(texts: BreakpointTexts, { on, of, words }: BreakCondition): string {
  const when = of === '' ? texts[on] : fill(texts.about, { when: texts[on], of });
  return words.trim() === '' ? when : fill(texts.with, { when, words: words.trim() });
}
