// The room's main entry: files in, resources and diagnostics out.
// Everything about one document depends on its text alone and is cached by it; what remains to do at every call is to move the
// findings to where the document stands, and to see which documents name the same object.

import type { GatewayApiChannel } from './catalog.ts';
import type { Diagnostic, QuickFix } from './diagnostic.ts';
import { DocumentCache } from './document-cache.ts';
import { readObjects } from './document-objects.ts';
import { type DocumentText, splitDocuments } from './documents.ts';
import { type Finding, finding, type Span } from './finding.ts';
import { limits as defaultLimits, type ManifestLimits } from './limits.ts';
import { lineAt, type LineStarts, lineStartsOf } from './lines.ts';
import { messages, type MessageKey, type Severity } from './messages.ts';
import type { ObjectDraft, ObjectOptions, ObjectReading } from './object.ts';
import { identityOf, refOf, type Resource, type ResourceRef, type ResourceSource } from './resource.ts';
import type { ManifestFile, Position, Range } from './source.ts';
import { spanOfKey, spanOfValue } from './source-tree.ts';
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
  const objectOptions: ObjectOptions = {
    defaultNamespace: options.defaultNamespace ?? 'default',
    gatewayApiChannel: options.gatewayApiChannel ?? 'standard',
    keepsInvalid: options.keepsInvalid ?? false,
  };
  const refusal = refuse(files, limits);
  if (refusal) return { resources: [], diagnostics: [refusal], documents: 0 };
  const binaries = files.filter((file) => isBinary(file.text));
  const split = files
    .filter((file) => !binaries.includes(file))
    .map((file) => [file, splitDocuments(file.text).filter((text) => !text.isEmpty)] as const);
  const count = split.reduce((sum, [, texts]) => sum + texts.length, 0);
  if (count > limits.maxDocuments) return tooManyDocuments(split, count, limits);

  const diagnostics: Diagnostic[] = binaries.map((file) => wholeFile('binary-file', file.path, {}));
  const byIdentity = new Map<string, Resource>();
  let documents = 0;
  let values = 0;
  for (const [file, texts] of split) {
    for (const document of texts) {
      const reading = readDocument(document.text, objectOptions, limits);
      const place = new Place(file, document, reading.lineStarts);
      documents += Math.max(reading.objects.length, reading.findings.length > 0 ? 1 : 0);
      values += reading.values;
      // Lists hold more objects, and all documents together more values, than could be seen before parsing.
      const excess =
        documents > limits.maxDocuments
          ? wholeFile('too-many-documents', file.path, { limit: limits.maxDocuments })
          : values > limits.maxValues
            ? wholeFile('too-many-values', file.path, { count: values, limit: limits.maxValues })
            : undefined;
      if (excess) return { resources: [], diagnostics: [excess], documents };
      diagnostics.push(...diagnosticsOf(reading, place, limits));
      for (const { draft } of reading.objects) {
        if (!draft) continue;
        const resource = resourceOf(draft, place);
        const earlier = byIdentity.get(identityOf(resource));
        if (earlier) diagnostics.push(duplicateOf(resource, earlier));
        byIdentity.set(identityOf(resource), resource);
      }
    }
  }
  return { resources: [...byIdentity.values()], diagnostics: inOrder(diagnostics, files), documents };
}

// ---- What is refused as a whole -----------------------------------------------------------------------------------

function refuse(files: readonly ManifestFile[], limits: ManifestLimits): Diagnostic | undefined {
  const size = files.reduce((sum, file) => sum + file.text.length, 0);
  if (size <= limits.maxCharacters) return undefined;
  const [largest] = [...files].sort((a, b) => b.text.length - a.text.length);
  return wholeFile('text-too-large', largest?.path ?? '', { size, limit: limits.maxCharacters });
}

/** Points at the first document beyond the limit. */
function tooManyDocuments(
  split: readonly (readonly [ManifestFile, readonly DocumentText[]])[],
  documents: number,
  limits: ManifestLimits,
): ParsedManifests {
  const limit = limits.maxDocuments;
  const all = split.flatMap(([file, texts]) => texts.map((text) => ({ path: file.path, text })));
  const first = all[limit];
  const start: Position = { line: (first?.text.line ?? 0) + 1, column: 1, offset: first?.text.offset ?? 0 };
  const diagnostic = { ...wholeFile('too-many-documents', first?.path ?? '', { limit }), range: { start, end: start } };
  return { resources: [], diagnostics: [diagnostic], documents };
}

/** A NUL, or many characters no decoder could make sense of, among the first ones. */
function isBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  if (head.includes('\0')) return true;
  const undecodable = head.split('\uFFFD').length - 1;
  return undecodable > 8 && undecodable * 20 > head.length;
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

const cache = new DocumentCache<DocumentReading>();

function readDocument(text: string, options: ObjectOptions, limits: ManifestLimits): DocumentReading {
  const { defaultNamespace, gatewayApiChannel, keepsInvalid } = options;
  const { maxDocumentCharacters, maxDepth, maxValues, maxAliasedNodes } = limits;
  const scope = [
    defaultNamespace,
    gatewayApiChannel,
    keepsInvalid,
    maxDocumentCharacters,
    maxDepth,
    maxValues,
    maxAliasedNodes,
  ];
  return cache.get(scope.join(' '), text, () => {
    const { content, findings, values } = readYamlDocument(text, limits);
    const objects = content ? readObjects(content, text, options) : [];
    return { lineStarts: lineStartsOf(text), findings, objects, values };
  });
}

/** Where a document stands in its file: turns offsets of its text into positions. */
class Place {
  readonly file: ManifestFile;
  readonly document: DocumentText;
  readonly #lineStarts: LineStarts;

  constructor(file: ManifestFile, document: DocumentText, lineStarts: LineStarts) {
    this.file = file;
    this.document = document;
    this.#lineStarts = lineStarts;
  }

  position(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.document.text.length));
    const line = lineAt(this.#lineStarts, inside);
    return {
      line: this.document.line + line + 1,
      column: inside - (this.#lineStarts[line] ?? 0) + 1,
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
