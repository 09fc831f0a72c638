// Finds the words somebody typed in a sentence. A number is found as that number: 403 is no part of port 40385.

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Tells whether a sentence holds every word, whatever the case; undefined when nothing was typed. */
export function wordMatcher(typed: string): ((sentence: string) => boolean) | undefined {
  const words = typed
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return (sentence) => {
    const text = sentence.toLowerCase();
    return words.every((word) => (/^#?\d([\d.:]*\d)?$/.test(word) ? hasNumber(text, word) : text.includes(word)));
  };
}

/** Whether a figure stands in a text by itself: not as part of a longer figure or of a name. */
function hasNumber(text: string, number: string): boolean {
  for (let at = text.indexOf(number); at >= 0; at = text.indexOf(number, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + number.length] ?? '';
    const isFraction = (before === '.' || before === ',') && /\d/.test(text[at - 2] ?? '') && !/\d/.test(after);
    if (!isAscii(before) && !isAscii(after) && !isFraction) return true;
  }
  return false;
}

/** Japanese words may touch a figure; Latin letters and other figures may not. */
function isAscii(character: string): boolean {
  return character < '\u0250' && LETTER_OR_DIGIT.test(character);
}
