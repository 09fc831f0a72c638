// Puts names and figures into a sentence. Texts are plain strings with {placeholders}, so that a translator needs no code.

export type Params = Readonly<Record<string, string | number>>;

/** A sentence in pieces, so that a page can set names apart from words. */
export type Piece =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly text: string };

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/** The sentence as one text. A placeholder without a value stays as it is, so that the gap is seen. */
export function fill(template: string, params: Params): string {
  return piecesOf(template, params)
    .map((piece) => piece.text)
    .join('');
}

/** The sentence in pieces. An empty value leaves no piece, and takes the space before it along. */
export function piecesOf(template: string, params: Params): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [whole, name = ''] = match;
    const text = Object.hasOwn(params, name) ? String(params[name]) : whole;
    const words = template.slice(end, match.index);
    const kept = text === '' ? words.trimEnd() : words;
    if (kept !== '') pieces.push({ kind: 'words', text: kept });
    if (text !== '') pieces.push({ kind: 'value', name, text });
    end = match.index + whole.length;
  }
  if (end < template.length) pieces.push({ kind: 'words', text: template.slice(end) });
  return pieces;
}

/** The placeholders of a sentence, sorted: both languages must use the same. */
export function placeholdersOf(template: string): readonly string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name))].toSorted();
}
