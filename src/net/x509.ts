// What a PEM certificate says, as far as it matters here: for whom it speaks, and who signed it (RFC 5280, DER).
// Not modelled: when it is valid, and the signature itself. A certificate counts as signed by whoever its authority key identifier names, or, where it
// has none, by whoever bears its issuer's name.

export interface X509 {
  /** DNS names and URIs of its subject alternative name; the subject's common name when it has none. */
  readonly san: readonly string[];
  /** Names its key: what others signed by it call their root. */
  readonly key: string;
  /** Names the key that signed it; its own for a self-signed one. */
  readonly signer: string;
}

/** The certificates of a PEM text, in order; undefined if it holds none or one cannot be read. */
export function readPem(text: string): readonly X509[] | undefined {
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  const certificates = blocks.map(([, body = '']) => readDer(body));
  return certificates.length > 0 && certificates.every((certificate) => certificate !== undefined)
    ? certificates
    : undefined;
}

/** One tag-length-value of DER. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

class BadDer extends Error {}

function readDer(base64: string): X509 | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0));
    return certificateOf(bytes);
  } catch (error) {
    if (error instanceof BadDer || error instanceof DOMException) return undefined;
    throw error;
  }
}

function certificateOf(bytes: Uint8Array): X509 {
  const body = childrenOf(at(childrenOf(at(elementsOf(bytes), 0)), 0));
  // The version is optional and tagged [0]; without it everything stands one place further ahead.
  const first = at(body, 0).tag === 0xa0 ? 1 : 0;
  const issuer = hex(at(body, first + 2).content);
  const subject = at(body, first + 4);
  const extensions = extensionsOf(body);
  const subjectKey = extensions.get(oid.subjectKeyIdentifier);
  const authorityKey = extensions.get(oid.authorityKeyIdentifier);
  const key = subjectKey === undefined ? hex(subject.content) : hex(at(elementsOf(subjectKey), 0).content);
  const signer =
    authorityKey === undefined
      ? undefined
      : childrenOf(at(elementsOf(authorityKey), 0)).find((child) => child.tag === 0x80);
  const isSelfSigned = issuer === hex(subject.content);
  const names = namesOf(extensions.get(oid.subjectAltName));
  return {
    san: names.length > 0 ? names : commonNamesOf(subject),
    key,
    signer: signer === undefined ? (isSelfSigned ? key : issuer) : hex(signer.content),
  };
}

const oid = {
  commonName: '550403',
  subjectKeyIdentifier: '551d0e',
  subjectAltName: '551d11',
  authorityKeyIdentifier: '551d23',
} as const;

/** Extension values by their object identifier. */
function extensionsOf(body: readonly Element[]): ReadonlyMap<string, Uint8Array> {
  const tagged = body.find((element) => element.tag === 0xa3);
  if (tagged === undefined) return new Map();
  return new Map(
    childrenOf(at(childrenOf(tagged), 0)).map((extension) => {
      const parts = childrenOf(extension);
      return [hex(at(parts, 0).content), at(parts, parts.length - 1).content] as const;
    }),
  );
}

/** dNSName [2] and uniformResourceIdentifier [6]. */
function namesOf(extension: Uint8Array | undefined): readonly string[] {
  if (extension === undefined) return [];
  return childrenOf(at(elementsOf(extension), 0))
    .filter(({ tag }) => tag === 0x82 || tag === 0x86)
    .map(({ content }) => new TextDecoder().decode(content));
}

function commonNamesOf(subject: Element): readonly string[] {
  return childrenOf(subject)
    .flatMap((set) => childrenOf(set))
    .map((pair) => childrenOf(pair))
    .filter((pair) => hex(at(pair, 0).content) === oid.commonName)
    .map((pair) => new TextDecoder().decode(at(pair, 1).content));
}

function elementsOf(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = [];
  let offset = 0;
  const next = (): number => {
    const byte = bytes[offset];
    if (byte === undefined) throw new BadDer();
    offset += 1;
    return byte;
  };
  while (offset < bytes.length) {
    const tag = next();
    let length = next();
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count > 4) throw new BadDer();
      length = 0;
      for (let left = count; left > 0; left -= 1) length = length * 256 + next();
    }
    if (offset + length > bytes.length) throw new BadDer();
    elements.push({ tag, content: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return elements;
}

function childrenOf(element: Element): readonly Element[] {
  return elementsOf(element.content);
}

function at(elements: readonly Element[], index: number): Element {
  const element = elements[index];
  if (element === undefined) throw new BadDer();
  return element;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
