// Puts names and figures into a sentence. Texts are plain strings with {placeholders}, so that a translator needs no code.
// `{count:pod:pods}` is the word that goes with a count; `[ ... ]` is left out when a name or figure in it is empty.

export type Params = Readonly<Record<string, string | number>>;

/** A sentence in pieces, so that a page can set names apart from words. */
export type Piece =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly text: string };

const PLACEHOLDER = /\{([A-Za-z]+)(?::([^:{}]*):([^:{}]*))?\}/g;
const OPTIONAL = /\[([^[\]]*\{[A-Za-z]+\}[^[\]]*)\]/g;

/** The sentence as one text. A placeholder without a value stays as it is, so that the gap is seen. */
export function fill(template: string, params: Params): string {
  return piecesOf(template, params)
    .map((piece) => piece.text)
    .join('');
}

/** The sentence in pieces. An empty value leaves no piece, and takes the space before it along. */
export function piecesOf(template: string, params: Params): readonly Piece[] {
  const pieces: Piece[] = [];
  const said = template.includes('[') ? withoutEmptyParts(template, params) : template;
  let end = 0;
  for (const match of said.matchAll(PLACEHOLDER)) {
    const [whole, name = '', one, many] = match;
    const value = Object.hasOwn(params, name) ? String(params[name]) : whole;
    const words = said.slice(end, match.index);
    const kept = value === '' ? words.trimEnd() : words;
    if (kept !== '') pieces.push({ kind: 'words', text: kept });
    if (one !== undefined && many !== undefined)
      // Only English writes words that go with a count, and has no third form; Japanese has one for all.
      pieces.push({ kind: 'words', text: Number(value) === 1 ? one : many });
    else if (value !== '') pieces.push({ kind: 'value', name, text: value });
    end = match.index + whole.length;
  }
  if (end < said.length) pieces.push({ kind: 'words', text: said.slice(end) });
  return pieces;
}

/** The placeholders of a sentence, sorted: both languages must use the same. */
export function placeholdersOf(template: string): readonly string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name))].toSorted();
}

function withoutEmptyParts(template: string, params: Params): string {
  return template.replaceAll(OPTIONAL, (_, part: string) =>
    [...part.matchAll(PLACEHOLDER)].some(([, name = '']) => params[name] === '') ? '' : part,
  );
}
