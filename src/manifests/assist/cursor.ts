// Where the cursor stands in a document that may be half written. The word under it is replaced by a mark that keeps the text readable as
// YAML, and the parser says where the mark ended up.

import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import { splitDocuments } from '../documents.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import type { FieldPath } from '../source.ts';

export interface Cursor {
  /** Whether a key or a value stands here, as far as the text says; an item of a list looks like a key until its colon. */
  readonly role: 'key' | 'value';
  /** Of the mapping that the key stands in, or of the value. */
  readonly path: FieldPath;
  /** Keys that are there already beside a key. */
  readonly siblings: readonly string[];
  /** What a choice replaces: offsets in the file. */
  readonly from: number;
  readonly to: number;
  /** What stands there up to the cursor. */
  readonly typed: string;
  /** A key has its colon already. */
  readonly hasColon: boolean;
  /** A value begins right after its colon: a choice brings the space. */
  readonly needsSpace: boolean;
  /** Columns before the word, 0-based: where a key's own fields are indented from. */
  readonly indent: number;
  /** The document without the word under the cursor. */
  readonly object: JsonObject;
}

const MARK = '__cursor__';
/** Larger documents are too slow to read at every key stroke. */
export const DOCUMENT_CHARACTERS_MAX = 200_000;

export interface DocumentAt {
  readonly text: string;
  readonly offset: number;
}

/** The document of a file that holds `offset`; undefined when it is too large to be helped with. */
export function documentAt(text: string, offset: number): DocumentAt | undefined {
  const found = splitDocuments(text).findLast((document) => document.offset <= offset) ?? { text: '', offset: 0 };
  return found.text.length > DOCUMENT_CHARACTERS_MAX ? undefined : found;
}

/** Reads leniently: mistakes are the diagnostics' business. */
export function readLeniently(text: string): Document {
  return parseDocument(text, { uniqueKeys: false, strict: false, prettyErrors: false, logLevel: 'silent' });
}

/** A document's content as JSON; {} when it is none. */
export function contentOf(document: Document): JsonObject {
  try {
    const value = document.toJS({ maxAliasCount: 100 }) as JsonValue; // what YAML's core schema gives is JSON but for NaN and the like
    return isObject(value) ? value : {};
  } catch {
    return {}; // aliases that lead nowhere: nothing can be said of such a document
  }
}

interface Word {
  readonly role: 'key' | 'value';
  /** Offsets in the line. */
  readonly from: number;
  readonly to: number;
  readonly hasColon: boolean;
  readonly needsSpace: boolean;
}

/** Undefined in comments, document marks and block texts that say nothing about fields. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const document = documentAt(text, offset);
  if (document === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\r$/, '');
  const word = wordAt(line, offset - lineStart);
  if (word === undefined) return undefined;
  const [from, to] = [lineStart + word.from, lineStart + word.to];
  const isKey = word.role === 'key';
  const mark = `${word.needsSpace ? ' ' : ''}${MARK}${isKey && !word.hasColon ? ':' : ''}`;
  const marked = text.slice(document.offset, from) + mark + text.slice(to, document.offset + document.text.length);
  const parsed = readLeniently(marked);
  const place = placeOfMark(parsed);
  if (place === undefined) return undefined;
  return {
    ...place,
    from,
    to,
    typed: text.slice(from, offset),
    hasColon: word.hasColon,
    needsSpace: word.needsSpace,
    indent: word.from,
  };
}

const KEY_CHARACTERS = /^[\w./$-]*/;

function wordAt(line: string, column: number): Word | undefined {
  const head = line.slice(0, column);
  if (/^(?:---|\.\.\.)/.test(line) || /(?:^|\s)#/.test(head)) return undefined;
  const key = /^(\s*(?:-\s+)*)([\w./$-]*)$/.exec(head);
  if (key !== null) {
    const from = (key[1] ?? '').length;
    const rest = KEY_CHARACTERS.exec(line.slice(from))?.[0] ?? '';
    const hasColon = /^\s*:(?:\s|$)/.test(line.slice(from + rest.length));
    return { role: 'key', from, to: from + rest.length, hasColon, needsSpace: false };
  }
  const value = /^(\s*(?:-\s+)*(?:"[^"]*"|'[^']*'|(?!-\s)[^\s:#"'[{][^:#]*?):)(\s*)(.*)$/.exec(head);
  const item = /^(\s*(?:-\s+)+)(.*)$/.exec(head);
  const [, before = '', space = '', typed = ''] = value ?? [undefined, item?.[1], '', item?.[2]];
  if (value === null && item === null) return undefined;
  const start = before.length + space.length;
  if (/^[[{]/.test(typed)) return wordInFlow(line, column, start);
  if (/^[|>&*!]/.test(typed)) return undefined;
  const quote = /^["']/.test(typed) ? 1 : 0;
  const whole = line.slice(start);
  const end = quote === 1 ? closing(whole) : (/\s+#/.exec(whole)?.index ?? whole.trimEnd().length);
  const needsSpace = value !== null && space === '';
  return { role: 'value', from: start + quote, to: Math.max(column, start + end), hasColon: false, needsSpace };
}

/** Offset of the quote that closes a quoted text, or its length. */
function closing(quoted: string): number {
  const end = quoted.indexOf(quoted.slice(0, 1), 1);
  return end < 0 ? quoted.length : end;
}

/** Inside `{...}` or `[...]` on one line. */
function wordInFlow(line: string, column: number, start: number): Word | undefined {
  const open: string[] = [];
  let from = start;
  for (let at = start; at < column; at += 1) {
    const character = line[at] ?? '';
    if ('[{'.includes(character)) open.push(character);
    else if (']}'.includes(character)) open.pop();
    if ('[{,'.includes(character)) from = at + 1;
  }
  const inside = open.at(-1);
  if (inside === undefined) return undefined;
  const segment = line.slice(from, column);
  const colon = inside === '{' ? segment.search(/:(?:\s|$)/) : -1;
  const word = colon < 0 ? segment : segment.slice(colon + 1);
  const wordFrom = column - word.trimStart().length;
  const rest = /^[^\s,:\]}]*/.exec(line.slice(column))?.[0] ?? '';
  const to = column + rest.length;
  if (inside === '[') return { role: 'value', from: wordFrom, to, hasColon: false, needsSpace: false };
  const hasColon = /^\s*:/.test(line.slice(to));
  const needsSpace = colon >= 0 && word === '';
  return { role: colon < 0 ? 'key' : 'value', from: wordFrom, to, hasColon, needsSpace };
}

type Place = Pick<Cursor, 'role' | 'path' | 'siblings' | 'object'>;

function placeOfMark(document: Document): Place | undefined {
  let place: Omit<Place, 'object'> | undefined;
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes(MARK)) return undefined;
      const path = pathOf(ancestors, node);
      if (key !== 'key') place = { role: 'value', path, siblings: [] };
      else {
        const map = ancestors.findLast((ancestor) => isMap(ancestor));
        const names = map?.items.map((pair) => nameOf(pair)).filter((name) => !name.includes(MARK)) ?? [];
        place = { role: 'key', path: path.slice(0, -1), siblings: names };
        map?.items.splice(
          map.items.findIndex((pair) => nameOf(pair).includes(MARK)),
          1,
        );
      }
      return visit.BREAK;
    },
  });
  return place === undefined ? undefined : { ...place, object: contentOf(document) };
}

/** The way to a node (or, for a key, to its pair) from the root. */
export function pathOf(ancestors: readonly (Document | Node | Pair)[], node: Node): FieldPath {
  const path: (string | number)[] = [];
  ancestors.forEach((ancestor, at) => {
    const next = ancestors[at + 1] ?? node;
    if (isSeq(ancestor)) path.push(ancestor.items.indexOf(next));
    else if (isPair(ancestor)) path.push(nameOf(ancestor));
  });
  return path;
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}
