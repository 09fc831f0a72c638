/** Texts by their code units, as Go sorts them. */
export function inOrder(texts: Iterable<string>): readonly string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
