// What a parsed document says: every node as a JSON value with its place. What scalars mean, duplicate keys, aliases and merge keys are
// decided here, because kubectl's reader decides them differently from YAML 1.2.

import { isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { Alias, Node, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { type Finding, finding, type Span } from './finding.ts';
import { isObject, type JsonDraft, type JsonValue, setKey } from './json.ts';
import type { ManifestLimits } from './limits.ts';
import { lineAt, type LineStarts, lineStartsOf } from './lines.ts';
import { resolveNumber, resolvePlain } from './scalar.ts';
import type { SourceEntry, SourceNode } from './source-tree.ts';

export interface YamlContent {
  readonly value: JsonValue;
  readonly tree: SourceNode;
}

export interface YamlValue {
  /** Undefined when the document is broken (then there is an error among the findings). */
  readonly content?: YamlContent;
  readonly findings: readonly Finding[];
}

/** Reads the nodes of one document. */
export function readYamlValue(root: ParsedNode, text: string, limits: ManifestLimits): YamlValue {
  return new Reader(text, limits).read(root);
}

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

  read(root: ParsedNode): YamlValue {
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
