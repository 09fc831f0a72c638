// How many bytes the body of a direct response has.

/** In UTF-8. */
export function bytesOfText(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Of a text in base64, as its schema demands. */
export function bytesOfBase64(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}
