// One document: YAML (or JSON, which is YAML) to a JSON value and the places of everything in it.
// The parser is the package `yaml`; what its scalars mean, duplicate keys, aliases and merge keys are decided here, because
// kubectl's reader decides them differently from YAML 1.2.

import { isAlias, isMap, isNode, isScalar, isSeq, type ErrorCode, parseDocument, Scalar, visit } from 'yaml';
import type { Alias, Document, Node, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { type Finding, finding, type Span } from './finding.ts';
import { isObject, type JsonDraft, type JsonValue, setKey } from './json.ts';
import type { ManifestLimits } from './limits.ts';
import { lineAt, type LineStarts, lineStartsOf } from './lines.ts';
import { findMisreadings } from './misreading.ts';
import { measureText } from './nesting.ts';
import { resolveNumber, resolvePlain } from './scalar.ts';
import type { SourceEntry, SourceNode } from './source-tree.ts';

export interface YamlContent {
  readonly value: JsonValue;
  readonly tree: SourceNode;
}

export interface YamlReading {
  /** Undefined when the document is empty, or broken (then there is an error among the findings). */
  readonly content?: YamlContent;
  readonly findings: readonly Finding[];
  /** How much there was to read; see `measureText`. 0 when the text was refused before. */
  readonly values: number;
}

/** Levels the quick look may see above the truth before the parser is kept from the text. */
const nestingSlack = 8;

export function readYamlDocument(text: string, limits: ManifestLimits): YamlReading {
  if (text.length > limits.maxDocumentCharacters) {
    const params = { size: text.length, limit: limits.maxDocumentCharacters };
    return { findings: [finding('document-too-large', firstCharacter, params)], values: 0 };
  }
  const control = controlCharacter.exec(text);
  if (control) {
    const span = { start: control.index, end: control.index + 1 };
    const character = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    return { findings: [finding('control-character', span, { character })], values: 0 };
  }
  const { deepAt, values } = measureText(text, limits.maxDepth + nestingSlack);
  if (deepAt !== undefined) return tooDeep(limits, { start: deepAt, end: deepAt + 1 });
  if (values > limits.maxValues) {
    return {
      findings: [finding('too-many-values', firstCharacter, { count: values, limit: limits.maxValues })],
      values,
    };
  }

  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      schema: 'failsafe', // every scalar stays a text: resolvePlain says what it means
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
  } catch (cause) {
    // The quick look bounds the parser's recursion; should it ever be wrong, the person still gets the true reason.
    if (isStackOverflow(cause)) return tooDeep(limits, firstCharacter);
    throw cause;
  }
  if (document.errors.length > 0) return { findings: syntaxFindings(document, text), values };
  if (document.contents === null) return { findings: [], values };
  const reading = new Reader(text, limits).read(document.contents);
  const tag = reading.findings.find(
    ({ message, span }) => message === 'yaml-key-type' && isTagAt(text, span.start - 1),
  );
  if (tag !== undefined) return { findings: [templateTagAt(text, tag.span.start - 1)], values };
  const undecoded = text.indexOf('\uFFFD');
  if (undecoded < 0) return { ...reading, values };
  const warning = finding('not-utf-8', { start: undecoded, end: undecoded + 1 }, {});
  return { ...reading, findings: [warning, ...reading.findings], values };
}

/** Firefox has an error of its own for it. */
function isStackOverflow(cause: unknown): boolean {
  return cause instanceof RangeError || (cause instanceof Error && cause.name === 'InternalError');
}

/** C0 but tab, line feed and a carriage return before one; DEL; and the C1 controls but NEL: YAML 1.2, 5.1 c-printable. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]|\r(?!\n)/;
const firstCharacter: Span = { start: 0, end: 1 };

function tooDeep(limits: ManifestLimits, span: Span): YamlReading {
  return { findings: [finding('too-deep', span, { limit: limits.maxDepth })], values: 0 };
}

// ---- Syntax errors --------------------------------------------------------------------------------------------------

/** Syntax errors beyond this many add nothing: they follow from the first. */
const maxSyntaxErrors = 5;

function syntaxFindings(document: Document.Parsed, text: string): Finding[] {
  const foreign = foreignMarks(text);
  if (foreign !== undefined) return [foreign];
  const named = namedMistakes(document, text);
  if (named.length > 0) return named;
  const findings: Finding[] = [];
  const starts = lineStartsOf(text);
  let lastLine = -1;
  for (const { code, message, pos } of document.errors) {
    const [start, end] = pos;
    const line = lineAt(starts, start);
    // Further errors of a line follow from its first.
    if (line === lastLine || findings.length === maxSyntaxErrors) continue;
    lastLine = line;
    findings.push(syntaxFinding(code, message, document, text, { start, end: Math.max(end, start + 1) }));
  }
  return findings;
}

const mergeMark = /^(?:<{7}|={7}|>{7})(?: .*)?$/m;
/** A tag of Helm's, on a line that is no comment. */
const templateTag = /^[^#\n]*?(\{\{.*\}\})/m;

/** What another tool should have taken out of the text first. Asked only where the text is no YAML: all of it may stand in a value. */
function foreignMarks(text: string): Finding | undefined {
  const merge = mergeMark.exec(text);
  if (merge) return finding('merge-conflict', { start: merge.index, end: merge.index + 7 }, {});
  const tag = templateTag.exec(text);
  if (tag === null) return undefined;
  return templateTagAt(text, tag.index + tag[0].length - (tag[1] ?? '').length);
}

/** `{{ x }}` without quotes is YAML: a mapping whose key is a mapping. Nobody means that. */
function isTagAt(text: string, start: number): boolean {
  return text.startsWith('{{', start);
}

function templateTagAt(text: string, start: number): Finding {
  const line = text.indexOf('\n', start);
  const last = text.lastIndexOf('}}', line === -1 ? text.length : line);
  return finding('template-not-rendered', { start, end: last > start ? last + 2 : start + 2 }, {});
}

/** Mistakes with a name of their own explain the parser's errors better than the parser can. */
function namedMistakes(document: Document.Parsed, text: string): Finding[] {
  const findings = new Map<number, Finding>();
  const add = (found: Finding): void => void findings.set(found.span.start, found);
  const multiline = document.errors.some((error) => error.code === 'MULTILINE_IMPLICIT_KEY');
  visit(document, {
    Scalar(_key, node) {
      if (node.type !== Scalar.PLAIN || !node.range) return;
      for (const found of findMisreadings(text, { start: node.range[0], end: node.range[1] })) {
        // `image:nginx` is a fine value; only where a key broke does it explain anything.
        if (found.message !== 'yaml-colon-space' || multiline) add(found);
      }
    },
  });
  const starts = lineStartsOf(text);
  const lastLine = lineAt(starts, document.errors[0]?.pos[0] ?? 0) + 1;
  const relevant = [...findings.values()].filter((found) => lineAt(starts, found.span.start) <= lastLine);
  return relevant.sort((a, b) => a.span.start - b.span.start);
}

function syntaxFinding(code: ErrorCode, message: string, document: Document.Parsed, text: string, span: Span): Finding {
  // The parser says which character it waited for only in its message.
  const awaited = /Missing closing (["'])|end with an? (.)/.exec(message);
  const character = awaited?.[1] ?? awaited?.[2];
  switch (code) {
    case 'TAB_AS_INDENT':
      return tabFinding(text, span);
    case 'BAD_INDENT':
      if (character) return finding('yaml-unclosed', openingOf(document, text, character, span), { character });
      return finding('yaml-bad-indentation', firstLineOf(text, { start: span.start, end: text.length }), {});
    case 'MISSING_CHAR':
      if (character) return finding('yaml-unclosed', openingOf(document, text, character, span), { character });
      return finding('yaml-missing-character', span, { character: message.startsWith('Missing ,') ? ',' : ':' });
    case 'BLOCK_AS_IMPLICIT_KEY':
      return finding('yaml-compact-mapping', span, {});
    case 'BLOCK_IN_FLOW':
      return finding('yaml-block-in-flow', span, {});
    case 'MULTILINE_IMPLICIT_KEY':
      return finding('yaml-key-multiline', firstLineOf(text, span), {});
    case 'KEY_OVER_1024_CHARS':
      return finding('yaml-key-too-long', firstLineOf(text, span), {});
    case 'NON_STRING_KEY':
      return finding('yaml-key-type', span, {});
    case 'BAD_SCALAR_START':
      return finding('yaml-bad-scalar-start', span, { character: text.slice(span.start, span.start + 1) });
    case 'BAD_DQ_ESCAPE':
      return finding('yaml-bad-escape', span, {});
    case 'BAD_DIRECTIVE':
      return finding('yaml-directive', span, {});
    case 'ALIAS_PROPS':
      return finding('yaml-alias-properties', span, {});
    case 'BAD_ALIAS':
      return finding('yaml-alias-unknown', span, { name: text.slice(span.start + 1, span.end) });
    case 'BAD_PROP_ORDER':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'TAG_RESOLVE_FAILED':
    case 'BAD_COLLECTION_TYPE':
      return finding('yaml-anchor-or-tag', span, {});
    case 'UNEXPECTED_TOKEN':
    case 'MULTIPLE_DOCS':
      return finding('yaml-unexpected', span, {});
    case 'DUPLICATE_KEY': // switched off: the reader reports them itself
    case 'IMPOSSIBLE':
    case 'RESOURCE_EXHAUSTION':
      return finding('yaml-syntax', span, {});
  }
}

const openings: ReadonlyMap<string, string> = new Map([
  [']', '['],
  ['}', '{'],
]);

/** The last quote or bracket before the error that was opened and not closed; the parser notices only where the text ends. */
function openingOf(document: Document.Parsed, text: string, closing: string, span: Span): Span {
  const opening = openings.get(closing) ?? closing;
  let found: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (!isNode(node) || !node.range) return;
      const [start, end] = node.range;
      const isOpen = text[start] === opening && (end - start < 2 || text[end - 1] !== closing);
      if (isOpen && start <= span.start) found = Math.max(found ?? 0, start);
    },
  });
  return found === undefined ? span : { start: found, end: found + 1 };
}

function tabFinding(text: string, { start }: Span): Finding {
  // The parser points at the line break or at the tab; mend the whole run.
  let first = text.indexOf('\t', start);
  if (first === -1) first = start;
  while (first > 0 && text[first - 1] === '\t') first -= 1;
  let end = first;
  while (text[end] === '\t') end += 1;
  const span = { start: first, end: Math.max(end, first + 1) };
  const fix = { title: 'fix-tab', params: {}, span, text: '  '.repeat(end - first) } as const;
  return finding('tab-indentation', span, {}, { fix });
}

function firstLineOf(text: string, { start, end }: Span): Span {
  const newline = text.indexOf('\n', start);
  return { start, end: newline === -1 || newline > end ? end : Math.max(newline, start + 1) };
}

// ---- Values ---------------------------------------------------------------------------------------------------------

interface Reading {
  readonly value: JsonValue;
  readonly tree: SourceNode;
  /** Nodes below and with this one, after expansion of aliases. */
  readonly size: number;
  /** Levels of collections below and with this one. */
  readonly height: number;
}

/** What an anchor names; `undefined` while its own content is still being read. */
type Anchors = Map<string, Reading | undefined>;

const mergeKey = '<<';
const integerMax = Number.MAX_SAFE_INTEGER;

/** Reads one document; the state is its anchors, what aliases have cost so far, and the findings. */
class Reader {
  readonly #text: string;
  readonly #limits: ManifestLimits;
  readonly #findings: Finding[] = [];
  readonly #anchors: Anchors = new Map();
  #aliasedNodes = 0;
  #isTooDeep = false;
  #lineStarts: LineStarts | undefined;

  constructor(text: string, limits: ManifestLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(root: ParsedNode): Omit<YamlReading, 'values'> {
    const reading = this.#node(root, 1);
    const broken = this.#findings.some((found) => brokenBy.has(found.message));
    if (broken) return { findings: this.#findings };
    return { content: { value: reading.value, tree: reading.tree }, findings: this.#findings };
  }

  #node(node: Node | null | undefined, depth: number, fallback = 0): Reading {
    if (!node) return { value: null, tree: { start: fallback, end: fallback }, size: 1, height: 0 };
    if (isAlias(node)) return this.#alias(node, depth);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor) this.#anchors.set(anchor, undefined);
    const reading = isMap(node)
      ? this.#map(node as YAMLMap<Node, Node | null>, depth) // keys and values of a parsed map are nodes
      : isSeq(node)
        ? this.#seq(node as YAMLSeq<Node>, depth) // items of a parsed sequence are nodes
        : this.#scalar(node);
    if (anchor) this.#anchors.set(anchor, reading);
    return reading;
  }

  #alias(node: Alias, depth: number): Reading {
    const span = spanOf(node);
    const target = this.#anchors.get(node.source);
    if (!target) {
      const message = this.#anchors.has(node.source) ? 'yaml-alias-recursive' : 'yaml-alias-unknown';
      this.#findings.push(finding(message, span, { name: node.source }));
      return { value: null, tree: span, size: 1, height: 0 };
    }
    this.#spend(target.size, span);
    this.#checkDepth(depth + target.height - 1, span);
    return target;
  }

  #spend(nodes: number, span: Span): void {
    const before = this.#aliasedNodes;
    this.#aliasedNodes += nodes;
    const limit = this.#limits.maxAliasedNodes;
    if (before <= limit && this.#aliasedNodes > limit) {
      this.#findings.push(finding('yaml-aliases-too-many', span, { limit }));
    }
  }

  #checkDepth(depth: number, span: Span): void {
    if (depth <= this.#limits.maxDepth || this.#isTooDeep) return;
    this.#isTooDeep = true;
    this.#findings.push(
      finding('too-deep', { start: span.start, end: span.start + 1 }, { limit: this.#limits.maxDepth }),
    );
  }

  #seq(node: YAMLSeq<Node>, depth: number): Reading {
    const span = this.#collectionSpan(node);
    this.#checkDepth(depth, span);
    const readings = node.items.map((item) => this.#colonWord(item) ?? this.#node(item, depth + 1, span.start));
    return {
      value: readings.map((item) => item.value),
      tree: { ...span, items: readings.map((item) => item.tree) },
      size: readings.reduce((sum, item) => sum + item.size, 1),
      height: readings.reduce((max, item) => Math.max(max, item.height), 0) + 1,
    };
  }

  /**
   * `[fe80::, b]`: to YAML 1.2 a key without a value, but a word to go-yaml, for which a colon ends a word only before a space.
   * Source: yaml/go-yaml:v2 scannerc.go yaml_parser_scan_plain_scalar.
   */
  #colonWord(item: Node): Reading | undefined {
    if (!isMap(item) || !item.flow || item.items.length !== 1) return undefined;
    const key = item.items[0]?.key;
    if (!isScalar(key) || key.type !== Scalar.PLAIN) return undefined;
    const { start, end } = spanOf(key);
    if (start !== spanOf(item).start || !/^:[,\]]/.test(this.#text.slice(end, end + 2))) return undefined;
    const span = { start, end: end + 1 };
    const value = this.#plainValue(this.#text.slice(start, end + 1), span);
    return { value, tree: { ...span, isPlain: true }, size: 1, height: 0 };
  }

  #map(node: YAMLMap<Node, Node | null>, depth: number): Reading {
    const span = this.#collectionSpan(node);
    this.#checkDepth(depth, span);
    const value: JsonDraft = {};
    const entries = new Map<string, SourceEntry>();
    const merged: Reading[] = [];
    let size = 1;
    let height = 0;
    for (const pair of node.items) {
      const key = spanOf(pair.key);
      const name = this.#keyName(pair.key, key);
      const reading = this.#node(pair.value, depth + 1, key.end);
      size += reading.size;
      height = Math.max(height, reading.height);
      if (name === undefined) continue;
      if (name === mergeKey && isScalar(pair.key) && pair.key.type === Scalar.PLAIN) {
        merged.push(...this.#mergeSources(reading, spanOf(pair.value ?? pair.key)));
        continue;
      }
      const earlier = entries.get(name);
      if (earlier) this.#duplicateKey(name, key, earlier.key);
      setKey(value, name, reading.value);
      entries.set(name, { key, value: reading.tree });
    }
    for (const source of merged) {
      for (const [name, entry] of source.tree.entries ?? []) {
        if (entries.has(name)) continue; // what the map says itself, and earlier sources, win
        if (!isObject(source.value)) continue;
        setKey(value, name, source.value[name] ?? null);
        entries.set(name, entry);
      }
    }
    return { value, tree: { ...span, entries }, size, height: height + 1 };
  }

  #mergeSources(reading: Reading, span: Span): Reading[] {
    if (isObject(reading.value)) return [reading];
    const items = Array.isArray(reading.value) ? (reading.value as readonly JsonValue[]) : undefined; // narrowed by isArray
    if (items?.every(isObject)) {
      return items.map((value, index) => ({
        value,
        tree: reading.tree.items?.[index] ?? reading.tree,
        size: 0,
        height: 0,
      }));
    }
    this.#findings.push(finding('yaml-merge-type', span, {}));
    return [];
  }

  #duplicateKey(key: string, span: Span, earlier: Span): void {
    this.#lineStarts ??= lineStartsOf(this.#text);
    this.#findings.push(finding('duplicate-key', span, { key, line: lineAt(this.#lineStarts, earlier.start) + 1 }));
  }

  /** Keys of JSON are texts: a number or a boolean becomes the text go-yaml would write for it. */
  #keyName(key: Node | null, span: Span): string | undefined {
    const scalar = isAlias(key) ? this.#alias(key, 1).value : isScalar(key) ? this.#scalar(key).value : undefined;
    if (typeof scalar === 'string') return scalar;
    if (typeof scalar === 'number' || typeof scalar === 'boolean') return String(scalar);
    this.#findings.push(finding('yaml-key-type', span, {}));
    return undefined;
  }

  #scalar(node: Node): Reading {
    const span = spanOf(node);
    const source = isScalar(node) && typeof node.value === 'string' ? node.value : ''; // schema failsafe: texts only
    const isPlain = isScalar(node) && (node.type === Scalar.PLAIN || node.type === undefined);
    const tree: SourceNode = isPlain ? { ...span, isPlain: true } : span;
    return { value: this.#scalarValue(source, node.tag, isPlain, span), tree, size: 1, height: 0 };
  }

  #scalarValue(source: string, tag: string | undefined, isPlain: boolean, span: Span): JsonValue {
    switch (tag?.replace('tag:yaml.org,2002:', '!!')) {
      case '!!str':
      case '!!binary':
        return source;
      case '!!int':
      case '!!float':
        return resolveNumber(source) ?? source;
      case '!!null':
        return null;
      default:
        return isPlain ? this.#plainValue(source, span) : source;
    }
  }

  #plainValue(source: string, span: Span): JsonValue {
    const plain = resolvePlain(source);
    if (plain.kind === 'not-json') {
      this.#findings.push(finding('yaml-not-json', span, { value: source }));
      return null;
    }
    if (typeof plain.value === 'number' && Number.isInteger(plain.value) && Math.abs(plain.value) > integerMax) {
      this.#findings.push(finding('yaml-number-too-large', span, { value: source }));
    }
    return plain.value;
  }

  /** The parser lets block collections run on over the blank lines and comments that follow; they are not part of the value. */
  #collectionSpan(node: YAMLMap<Node, Node | null> | YAMLSeq<Node>): Span {
    const { start, end } = spanOf(node);
    if (node.flow) return { start, end };
    const last = node.items.at(-1);
    const tail = last === undefined ? undefined : isPairLike(last) ? (last.value ?? last.key) : last;
    let trimmed = Math.max(start, Math.min(end, tail?.range ? Math.max(tail.range[1], start) : end));
    while (trimmed > start && isLineSpace(this.#text.charCodeAt(trimmed - 1))) trimmed -= 1;
    return { start, end: trimmed };
  }
}

/** Findings after which the value must not be used. */
const brokenBy = new Set<Finding['message']>([
  'too-deep',
  'yaml-alias-unknown',
  'yaml-alias-recursive',
  'yaml-aliases-too-many',
  'yaml-merge-type',
  'yaml-not-json',
  'yaml-key-type',
]);

function isPairLike(item: unknown): item is { key: Node | null; value: Node | null } {
  return typeof item === 'object' && item !== null && 'key' in item;
}

function spanOf(node: Node | null | undefined): Span {
  const [start, end] = node?.range ?? [0, 0];
  return { start, end };
}

function isLineSpace(code: number): boolean {
  return code === 10 || code === 13 || code === 32 || code === 9;
}
