// Whether a text is a regular expression of RE2, the engine of Envoy and of Go, which knows no look-around and no back-references.
// Simplified: what RE2 and JavaScript share is left to JavaScript's parser; only the differences are handled here.

/** RE2 refuses counts above this. */
const repeatMax = 1_000;
const onlyInJavaScript = /\\[1-9k]|\(\?(?:[=!]|<[=!])|\\u|\\c[A-Za-z]|\[\^?\]/;
const onlyInRe2 = [
  [/\(\?P</g, '(?<'],
  [/\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?\)/g, ''],
  [/\(\?[a-zA-Z]+(?:-[a-zA-Z]+)?:/g, '(?:'],
  [/\(\?-[a-zA-Z]+:/g, '(?:'],
  [/\[:\^?[a-z]+:\]/g, 'a'],
  [/\\Q.*?(?:\\E|$)/g, 'a'],
  [/\\[AzC]/g, ''],
  [/\\[pP](?:\{\^?[A-Za-z_]+\}|[A-Z])/g, 'a'],
  [/\\x\{[0-9A-Fa-f]+\}/g, 'a'],
] as const;

export function isRe2(expression: string): boolean {
  const escapesGone = expression.replace(/\\\\/g, 'a');
  if (onlyInJavaScript.test(escapesGone)) return false;
  for (const [, count] of escapesGone.matchAll(/\{(?:[0-9]+,)?([0-9]+)\}/g))
    if (Number(count) > repeatMax) return false;
  let translated = escapesGone;
  for (const [pattern, replacement] of onlyInRe2) translated = translated.replace(pattern, replacement);
  try {
    return new RegExp(translated) instanceof RegExp;
  } catch {
    return false; // the engine's way of saying "no regular expression"
  }
}
