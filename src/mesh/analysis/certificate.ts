// The time for which an X.509 certificate holds, read from its PEM text. Of the certificate nothing else is checked but that
// it is one: its parts stand where RFC 5280, 4.1 puts them, and their lengths fit.

export interface CertificateTime {
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Of the first block of a PEM text; undefined when there is none, or when it is no certificate. */
export function certificateTimeOf(pem: string): CertificateTime | undefined {
  const [, body] = /-----BEGIN [^-\n]+-----\r?\n([A-Za-z0-9+/=\s]*?)-----END [^-\n]+-----/.exec(pem) ?? [];
  const encoded = body?.replace(/\s/g, '') ?? '';
  if (encoded === '' || encoded.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const certificate = elementsOf(bytes, 0, bytes.length)?.[0];
  if (certificate?.tag !== sequence) return undefined;
  const [signed, algorithm, signature] = certificate.parts;
  if (signed?.tag !== sequence || algorithm?.tag !== sequence || signature?.tag !== bitString) return undefined;
  // The version may be left out.
  const fields = signed.parts[0]?.tag === explicitVersion ? signed.parts.slice(1) : signed.parts;
  const [serial, , issuer, validity, subject, publicKey] = fields;
  const tags = [serial?.tag, issuer?.tag, validity?.tag, subject?.tag, publicKey?.tag];
  if (tags[0] !== integer || tags.slice(1).some((tag) => tag !== sequence)) return undefined;
  const [from, to] = (validity?.parts ?? []).map(({ tag, start, end }) => timeOf(tag, bytes.subarray(start, end)));
  return from === undefined || to === undefined ? undefined : { notBefore: from, notAfter: to };
}

export function isWithin({ notBefore, notAfter }: CertificateTime, now: number): boolean {
  return now >= notBefore && now <= notAfter;
}

// --- DER (ITU-T X.690)

const integer = 0x02;
const bitString = 0x03;
const utcTime = 0x17;
const generalizedTime = 0x18;
const sequence = 0x30;
const explicitVersion = 0xa0;
/** The bit of a tag that says: made of other elements. */
const constructed = 0x20;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Element[];
}

/** The elements that fill a span exactly; undefined when they do not. */
function elementsOf(bytes: Uint8Array, from: number, to: number): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let at = from; at < to;) {
    const tag = bytes[at] ?? 0;
    const header = lengthAt(bytes, at + 1);
    if (header === undefined || header.start + header.length > to) return undefined;
    const { start } = header;
    const end = start + header.length;
    const parts = (tag & constructed) === 0 ? [] : elementsOf(bytes, start, end);
    if (parts === undefined) return undefined;
    elements.push({ tag, start, end, parts });
    at = end;
  }
  return elements;
}

/** A length in one byte, or in as many as the first one says. */
function lengthAt(bytes: Uint8Array, at: number): { readonly length: number; readonly start: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return undefined;
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + (bytes[at + index] ?? 0);
  return { length, start: at + 1 + count };
}

/** UTCTime has two digits of the year, from 1950 on; GeneralizedTime has four. Both end in Z in a certificate. */
function timeOf(tag: number, bytes: Uint8Array): number | undefined {
  const digits = String.fromCharCode(...bytes);
  if (tag !== utcTime && tag !== generalizedTime) return undefined;
  const written = tag === utcTime ? `${Number(digits.slice(0, 2)) < 50 ? '20' : '19'}${digits}` : digits;
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(written);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return utcMs(year ?? 0, month ?? 1, day ?? 1) + (((hour ?? 0) * 60 + (minute ?? 0)) * 60 + (second ?? 0)) * 1000;
}

/** Midnight of a day of the Gregorian calendar, in milliseconds since 1970. */
function utcMs(year: number, month: number, day: number): number {
  // Years that begin in March end with the leap day.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + dayOfYear;
  return (era * 146_097 + days - 719_468) * 86_400_000;
}
