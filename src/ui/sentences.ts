// The seam between what the view says and the words for it: a sentence of a record without words is a type error here.

import { fill, piecesOf, type Piece, type Texts } from '../text/index.ts';
import { choiceOf, sentenceOf, type RunIndex, type Sentence, type SentenceKey } from '../view/index.ts';

/** A sentence in pieces, so that names are set apart from words. */
export function sentencePieces(texts: Texts, { key, params }: Sentence): readonly Piece[] {
  return piecesOf(templateOf(texts, key), withChoice(texts, params));
}

/** The sentence of a record as plain text, for labels and for copying. */
export function tell(index: RunIndex, texts: Texts, id: number): string {
  const { key, params } = sentenceOf(index, id);
  return fill(templateOf(texts, key), withChoice(texts, params));
}

/** What was chosen at a point of decision, in the reader's words where the engine has a phrase of its own for it. */
export function tellChoice(texts: Texts, chosen: string): string {
  const phrase = choiceOf(chosen);
  return phrase === undefined ? chosen : fill(templateOf(texts, phrase.key), phrase.params);
}

function templateOf({ records }: Texts, key: SentenceKey): string {
  return records[key];
}

function withChoice(texts: Texts, params: Sentence['params']): Sentence['params'] {
  const chosen = params['chosen'];
  return chosen === undefined ? params : { ...params, chosen: tellChoice(texts, chosen) };
}
