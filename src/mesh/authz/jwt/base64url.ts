// base64url (RFC 4648, 5), as tokens and keys are written.

/** The bytes; undefined if the text is none. Padding may be there or not. */
export function bytesOfBase64Url(text: string): Uint8Array | undefined {
  const plain = text.replace(/={1,2}$/, '');
  if (!/^[-\w]*$/.test(plain) || plain.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let [word, bits, at] = [0, 0, 0];
  for (const character of plain) {
    word = ((word << 6) | alphabet.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (word >> bits) & 0xff;
  }
  return bytes;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Bytes as UTF-8; undefined if they are not. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte < 16 ? '0' : ''}${byte.toString(16)}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined; // the caller says what it was to be
  }
}
