// The seam between what the view says and the words for it: a sentence of a record without words is a type error here.

import { fill, type Texts } from '../text/index.ts';
import { sentenceOf, type RunIndex, type SentenceKey } from '../view/index.ts';

export type RecordSentences = Readonly<Record<SentenceKey, string>>;

/** The sentences of a language, one for every way a record can go. */
export function recordSentences(texts: Texts): RecordSentences {
  return texts.records;
}

/** The sentence of a record as plain text, for labels and for copying. */
export function tell(index: RunIndex, texts: Texts, id: number): string {
  const { key, params } = sentenceOf(index, id);
  return fill(recordSentences(texts)[key], params);
}
