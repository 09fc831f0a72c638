// Bytes to text. Files come in UTF-8; what Windows PowerShell redirects into a file is UTF-16 with a byte order mark.
// A door of its own beside the room's index.ts: the page reads files and must not carry the parser along.

/** The text of a file. Without a mark it is UTF-8; bytes that are none become U+FFFD, of which reading the text will warn. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
