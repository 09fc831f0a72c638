// Whether a text has the words somebody searches for, in any order. Half and full width are one, hiragana and katakana too: a reading
// may be typed in either.

/** True for every text when nothing is searched for. */
export function hasWords(search: string, text: string): boolean {
  const plain = plainOf(text);
  return plainOf(search)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function plainOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/** A text of a lesson, which is HTML without scripts, as a reader sees it. */
export function readable(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent;
}
