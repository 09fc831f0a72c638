// The room's main entry: files in, resources and diagnostics out.
// Everything about one document depends on its text alone and is cached by it; what remains to do at every call is to move the
// findings to where the document stands, and to see which documents name the same object.

import type { GatewayApiChannel } from './catalog.ts';
import { standardChannel } from './crd-parts.ts';
import type { Diagnostic, QuickFix } from './diagnostic.ts';
import { readObjects } from './document-objects.ts';
import { type DocumentText, splitDocuments } from './documents.ts';
import { type Finding, finding, type Span } from './finding.ts';
import { limits as defaultLimits, type ManifestLimits } from './limits.ts';
import { lineAt, type LineStarts, lineStartsOf } from './lines.ts';
import { messages, type MessageKey, type Severity } from './messages.ts';
import type { ObjectDraft, ObjectOptions, ObjectReading } from './object.ts';
import type { CautionReader } from './cautions/index.ts';
import type { RuleEvaluator } from './structural/rules.ts';
import { identityOf, refOf, type Resource, type ResourceRef, type ResourceSource } from './resource.ts';
import type { ManifestFile, Position, Range } from './source.ts';
import { spanOfKey, spanOfValue } from './source-tree.ts';
import { TextCache } from './text-cache.ts';
import { readYamlDocument } from './yaml-document.ts';

export interface ParseOptions {
  /** For namespaced objects that name none. Default `default`. */
  readonly defaultNamespace?: string;
  /** Default `standard`. */
  readonly gatewayApiChannel?: GatewayApiChannel;
  /**
   * Keeps objects that a rule refuses, as long as they fit their types; unknown fields are pruned. The diagnostics stay
   * the same. For test objects that no API server ever saw; default false.
   */
  readonly keepsInvalid?: boolean;
  /** `schema`: custom resources are held against their CRD alone, not against what istiod refuses too. Default `all`. */
  readonly layer?: 'schema' | 'all';
  /** Evaluates the rules of CRDs (`manifests/cel` has one). Default: they are passed over. */
  readonly evaluateRule?: RuleEvaluator;
  /** Finds fields that the engine does not act on (`manifests/cautions` has one). Default: they go unsaid. */
  readonly cautionsOf?: CautionReader;
  readonly limits?: Partial<ManifestLimits>;
}

export interface ParsedManifests {
  /** In the order of the text. An object applied twice is there once, as its last document says, at its first place. */
  readonly resources: readonly Resource[];
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Objects found, rejected ones included; empty documents are none. */
  readonly documents: number;
}

/** Never throws; the same files and options give the same answer. */
export function parseManifests(files: readonly ManifestFile[], options: ParseOptions = {}): ParsedManifests {
  const limits = { ...defaultLimits, ...options.limits };
  const objectOptions = objectOptionsOf(options);
  const used: Used = { characters: 0, documents: 0, values: 0 };
  const diagnostics: Diagnostic[] = [];
  const byIdentity = new Map<string, Resource>();
  for (const file of files) {
    const reading = readFile(file, objectOptions, limits, used);
    diagnostics.push(...reading.diagnostics);
    for (const resource of reading.resources) {
      const earlier = byIdentity.get(identityOf(resource));
      if (earlier) diagnostics.push(duplicateOf(resource, earlier));
      byIdentity.set(identityOf(resource), resource);
    }
  }
  return {
    resources: [...byIdentity.values()],
    diagnostics: inOrder(diagnostics, files),
    documents: used.documents,
  };
}

function objectOptionsOf(options: ParseOptions): ObjectOptions {
  return {
    defaultNamespace: options.defaultNamespace ?? 'default',
    gatewayApiChannel: options.gatewayApiChannel ?? standardChannel,
    keepsInvalid: options.keepsInvalid ?? false,
    layer: options.layer ?? 'all',
    evaluateRule: options.evaluateRule,
    cautionsOf: options.cautionsOf,
  };
}

/** How many of the documents have been read. */
export interface ReadingProgress {
  readonly done: number;
  readonly of: number;
}

/**
 * Reads document after document and stops after each, so that whoever must not be busy for long takes a few at a time:
 * `parseManifests` of the same files and options then finds them read. Files that it would refuse unread are passed over.
 */
export function* readAhead(
  files: readonly ManifestFile[],
  options: ParseOptions = {},
): Generator<ReadingProgress, void> {
  const limits = { ...defaultLimits, ...options.limits };
  const objectOptions = objectOptionsOf(options);
  if (files.reduce((sum, { text }) => sum + text.length, 0) > limits.maxCharacters) return;
  const documents = files
    .filter(({ text }) => text.length <= limits.maxFileCharacters && !isBinary(text))
    .flatMap(({ text }) => splitDocuments(text).filter((document) => !document.isEmpty));
  if (documents.length > limits.maxDocuments) return;
  let values = 0;
  for (const [at, { text }] of documents.entries()) {
    values += readDocument(text, objectOptions, limits).values;
    if (values > limits.maxValues) return;
    yield { done: at + 1, of: documents.length };
  }
}

// ---- One file -----------------------------------------------------------------------------------------------------

/** What the files read so far have used of the limits; a file that is refused uses nothing. */
interface Used {
  characters: number;
  documents: number;
  values: number;
}

interface FileReading {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A file that was read to its end, with what it uses of the limits. */
interface WholeFile extends FileReading {
  /** Documents that are not empty. */
  readonly texts: number;
  readonly documents: number;
  readonly values: number;
}

/** Files that come again unchanged, as all but one do at every apply. */
const fileCache = new TextCache<WholeFile>();

/** A file beyond a limit is refused as a whole; the others are still read. */
function readFile(file: ManifestFile, options: ObjectOptions, limits: ManifestLimits, used: Used): FileReading {
  const { path, text } = file;
  const size = text.length;
  if (size > limits.maxFileCharacters)
    return refusal('text-too-large', path, { size, limit: limits.maxFileCharacters });
  if (used.characters + size > limits.maxCharacters)
    return refusal('texts-too-large', path, { size: used.characters + size, limit: limits.maxCharacters });
  const scope = `${scopeOf(options, limits)} ${JSON.stringify(path)}`;
  const known = fileCache.find(scope, text);
  if (
    known !== undefined &&
    used.documents + Math.max(known.texts, known.documents) <= limits.maxDocuments &&
    used.values + known.values <= limits.maxValues
  ) {
    use(used, size, known);
    return known;
  }
  if (isBinary(text)) return refusal('binary-file', path, {});
  const reading = readDocuments(file, options, limits, used);
  if (!('texts' in reading)) return reading;
  fileCache.keep(scope, text, reading);
  use(used, size, reading);
  return reading;
}

function use(used: Used, characters: number, { documents, values }: WholeFile): void {
  used.characters += characters;
  used.documents += documents;
  used.values += values;
}

/** The documents of a file, one by one; a refusal when there are too many. */
function readDocuments(
  file: ManifestFile,
  options: ObjectOptions,
  limits: ManifestLimits,
  used: Readonly<Used>,
): WholeFile | FileReading {
  const { path, text } = file;
  const texts = splitDocuments(text).filter((document) => !document.isEmpty);
  const room = limits.maxDocuments - used.documents;
  const beyond = texts[room];
  if (beyond) {
    const diagnostic = wholeFile('too-many-documents', path, { limit: limits.maxDocuments });
    const start: Position = { line: beyond.line + 1, column: 1, offset: beyond.offset };
    return { resources: [], diagnostics: [{ ...diagnostic, range: { start, end: start } }] };
  }

  const resources: Resource[] = [];
  const diagnostics: Diagnostic[] = [];
  let [documents, values] = [0, 0];
  for (const document of texts) {
    const reading = readDocument(document.text, options, limits);
    const place = new Place(file, document, reading.lineStarts);
    documents += Math.max(reading.objects.length, reading.findings.length > 0 ? 1 : 0);
    values += reading.values;
    // Lists hold more objects, and all documents together more values, than could be seen before parsing.
    if (used.documents + documents > limits.maxDocuments)
      return refusal('too-many-documents', path, { limit: limits.maxDocuments });
    if (used.values + values > limits.maxValues)
      return refusal('too-many-values', path, { count: used.values + values, limit: limits.maxValues });
    diagnostics.push(...diagnosticsOf(reading, place, limits));
    resources.push(...reading.objects.flatMap(({ draft }) => (draft ? [resourceOf(draft, place)] : [])));
  }
  return { resources, diagnostics, texts: texts.length, documents, values };
}

/** A NUL, or many characters no decoder could make sense of, among the first ones. */
function isBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  if (head.includes('\0')) return true;
  const undecodable = head.split('\uFFFD').length - 1;
  return undecodable > 8 && undecodable * 20 > head.length;
}

function refusal(message: MessageKey, path: string, params: Diagnostic['params']): FileReading {
  return { resources: [], diagnostics: [wholeFile(message, path, params)] };
}

function wholeFile(message: MessageKey, path: string, params: Diagnostic['params']): Diagnostic {
  const start: Position = { line: 1, column: 1, offset: 0 };
  return {
    code: codeOf(message),
    severity: messages[message].severity,
    path,
    range: { start, end: start },
    message,
    params,
  };
}

// ---- One document -------------------------------------------------------------------------------------------------

interface DocumentReading {
  readonly lineStarts: LineStarts;
  /** About the text, before any object could be told apart. */
  readonly findings: readonly Finding[];
  readonly objects: readonly ObjectReading[];
  readonly values: number;
}

const cache = new TextCache<DocumentReading>();

function readDocument(text: string, options: ObjectOptions, limits: ManifestLimits): DocumentReading {
  return cache.get(scopeOf(options, limits), text, () => {
    const { content, findings, values } = readYamlDocument(text, limits);
    const objects = content ? readObjects(content, text, options) : [];
    return { lineStarts: lineStartsOf(text), findings, objects, values };
  });
}

/** What a reading depends on beside the text. */
function scopeOf(options: ObjectOptions, limits: ManifestLimits): string {
  const { defaultNamespace, gatewayApiChannel, keepsInvalid, layer, evaluateRule, cautionsOf } = options;
  const { maxDocumentCharacters, maxDepth, maxValues, maxAliasedNodes, maxDiagnosticsPerDocument } = limits;
  const scope = [
    defaultNamespace,
    gatewayApiChannel.name,
    keepsInvalid,
    layer,
    evaluateRule !== undefined,
    cautionsOf !== undefined,
    maxDocumentCharacters,
    maxDepth,
    maxValues,
    maxAliasedNodes,
    maxDiagnosticsPerDocument,
  ];
  return scope.join(' ');
}

/** Where a document stands in its file: turns offsets of its text into positions. */
class Place {
  readonly file: ManifestFile;
  readonly document: DocumentText;
  readonly #lineStarts: LineStarts;
  /** A byte order mark before a later document takes a column; the one at the start of a file takes none. */
  readonly #marksBefore: 0 | 1;

  constructor(file: ManifestFile, document: DocumentText, lineStarts: LineStarts) {
    this.file = file;
    this.document = document;
    this.#lineStarts = lineStarts;
    this.#marksBefore = document.offset > 1 && file.text[document.offset - 1] === '\uFEFF' ? 1 : 0;
  }

  position(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.document.text.length));
    const line = lineAt(this.#lineStarts, inside);
    return {
      line: this.document.line + line + 1,
      column: inside - (this.#lineStarts[line] ?? 0) + 1 + (line === 0 ? this.#marksBefore : 0),
      offset: this.document.offset + inside,
    };
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(Math.max(span.start, span.end)) };
  }

  diagnostic(found: Finding, resource: ResourceRef | undefined): Diagnostic {
    const { message, span } = found;
    return {
      code: codeOf(message),
      severity: found.severity ?? messages[message].severity,
      path: this.file.path,
      range: this.range(span),
      message,
      params: this.#params(found),
      ...(resource && { resource }),
      ...(found.fix && { fix: this.#fix(found.fix) }),
    };
  }

  #params({ params }: Finding): Diagnostic['params'] {
    const line = params['line'];
    return typeof line === 'number' ? { ...params, line: line + this.document.line } : params;
  }

  #fix(fix: NonNullable<Finding['fix']>): QuickFix {
    return { title: fix.title, params: fix.params, range: this.range(fix.span), text: fix.text };
  }
}

function codeOf(message: MessageKey): string {
  const spec = messages[message];
  return 'code' in spec ? spec.code : message;
}

function diagnosticsOf(reading: DocumentReading, place: Place, limits: ManifestLimits): Diagnostic[] {
  const all = [
    ...reading.findings.map((found) => [found, undefined] as const),
    ...reading.objects.flatMap(({ ref, findings }) => findings.map((found) => [found, ref] as const)),
  ];
  const kept = all.slice(0, limits.maxDiagnosticsPerDocument).map(([found, ref]) => place.diagnostic(found, ref));
  const last = all[kept.length];
  if (last) {
    const more = finding('more-diagnostics', last[0].span, { count: all.length - kept.length });
    const worst: Severity = all.slice(kept.length).some(([found]) => severityOf(found) === 'error') ? 'error' : 'info';
    kept.push(place.diagnostic({ ...more, severity: worst }, last[1]));
  }
  return kept;
}

function severityOf(found: Finding): Severity {
  return found.severity ?? messages[found.message].severity;
}

// ---- Resources ----------------------------------------------------------------------------------------------------

function resourceOf(draft: ObjectDraft, place: Place): Resource {
  const { fields, tree, ...resource } = draft;
  const source: ResourceSource = {
    path: place.file.path,
    documentIndex: place.document.index,
    range: place.range(tree),
    locate: (path) => place.range(spanOfValue(tree, path)),
    locateKey: (path) => place.range(spanOfKey(tree, path)),
  };
  return { ...resource, ...fields, source };
}

function duplicateOf(resource: Resource, earlier: Resource): Diagnostic {
  const { kind, name } = refOf(resource);
  const { start } = earlier.source.locate(['metadata', 'name']);
  return {
    code: 'duplicate-object',
    severity: messages['duplicate-object'].severity,
    path: resource.source.path,
    range: resource.source.locate(['metadata', 'name']),
    message: 'duplicate-object',
    params: { kind, name, line: start.line, path: earlier.source.path },
    resource: refOf(resource),
  };
}

function inOrder(diagnostics: readonly Diagnostic[], files: readonly ManifestFile[]): Diagnostic[] {
  const order = new Map(files.map((file, index) => [file.path, index]));
  return [...diagnostics].sort(
    (a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
}
