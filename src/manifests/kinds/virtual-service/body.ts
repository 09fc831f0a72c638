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

/**
 * Either alphabet, with or without padding, as protobuf reads JSON; undefined when it is no base64.
 * Source: protocolbuffers/protobuf-go:encoding/protojson/decode.go unmarshalBytes.
 */
export function bytesOfBase64(text: string): number | undefined {
  const [, digits = '', padding = ''] = /^([-\w+/]*)(={0,2})$/.exec(text) ?? [undefined, '!'];
  const isOneAlphabet = !(/[-_]/.test(digits) && /[+/]/.test(digits));
  const isWhole = padding === '' ? digits.length % 4 !== 1 : text.length % 4 === 0;
  return digits !== '!' && isOneAlphabet && isWhole ? Math.floor((digits.length * 3) / 4) : undefined;
}
