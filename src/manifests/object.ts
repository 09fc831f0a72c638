// One object of a document: which kind it says it is, whether it fits that kind's schema and rules, and the resource it becomes.
// Order as in the API server: prune, default, schema; then the kind's own defaults and checks.
//
// Strictness is kubectl's: since Kubernetes 1.27 `kubectl apply` asks for strict field validation, so an unknown field or a
// wrong type rejects the whole object. Source: kubernetes/kubectl:pkg/cmd/util/helpers.go AddValidateFlags.

import {
  type GatewayApiChannel,
  homeOfKind,
  type KnownKind,
  lookUpKind,
  metadataDefinitions,
  metadataSchema,
  splitApiVersion,
} from './catalog.ts';
import { type Finding, finding } from './finding.ts';
import { get, isArray, isObject, type JsonObject, type JsonValue } from './json.ts';
import { findKindDefinition } from './kinds/index.ts';
import type { KindDefinition } from './kinds/definition.ts';
import { metadataOf, validateMetadata } from './metadata.ts';
import type { MessageKey } from './messages.ts';
import { findMisreadings } from './misreading.ts';
import type { NameRule } from './names.ts';
import { Report } from './report.ts';
import type { ObjectMeta, ResourceRef, Support } from './resource.ts';
import type { SourceNode } from './source-tree.ts';
import { checkStructure, type Dialect, reportWrongType, typeName } from './structural/check.ts';

/** A resource that does not know yet where its document stands. */
export interface ObjectDraft {
  readonly apiVersion: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly object: JsonObject;
  readonly support: Support;
  /** The fields of the kind's typed view; {} for kinds that are not simulated. */
  readonly fields: object;
  readonly tree: SourceNode;
}

export interface ObjectReading {
  readonly ref: ResourceRef | undefined;
  readonly findings: readonly Finding[];
  /** Absent when the object is rejected. */
  readonly draft?: ObjectDraft;
}

export interface ObjectOptions {
  readonly defaultNamespace: string;
  readonly gatewayApiChannel: GatewayApiChannel;
  /** Keep an object that rules refuse, as long as it fits its types. */
  readonly keepsInvalid: boolean;
}

/** Reads the objects of one document: one, or the items of a List. */
export function readObjects(value: JsonValue, tree: SourceNode, text: string, options: ObjectOptions): ObjectReading[] {
  if (value === null) return []; // kubectl skips empty documents
  if (!isObject(value)) return [rejected(notAnObject(value, tree, text))];
  const items = listItems(value);
  if (!items) return [readObject(value, tree, text, options)];
  const itemKind = singularKind(value);
  const itemTrees = tree.entries?.get('items')?.value.items;
  return items.map((item, index) => {
    const itemTree = itemTrees?.[index] ?? tree;
    if (!isObject(item)) return rejected([finding('list-item-not-an-object', itemTree, { found: typeName(item) })]);
    return readObject({ ...itemKind, ...item }, itemTree, text, options);
  });
}

/** kubectl takes any kind named ...List that has a list of items for a list, and reads its items. */
function listItems(value: JsonObject): readonly JsonValue[] | undefined {
  const kind = get(value, 'kind');
  const items = get(value, 'items');
  if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
  return isArray(items) ? items : items === undefined || items === null ? [] : undefined;
}

/** The items of a typed list (`ServiceList`) need not say what they are. */
function singularKind(value: JsonObject): JsonObject {
  const kind = get(value, 'kind');
  const apiVersion = get(value, 'apiVersion');
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind === 'List') return {};
  return { apiVersion, kind: kind.slice(0, -'List'.length) };
}

function rejected(findings: readonly Finding[]): ObjectReading {
  return { ref: undefined, findings };
}

function notAnObject(value: JsonValue, tree: SourceNode, text: string): Finding[] {
  const misreadings = typeof value === 'string' && tree.isPlain ? findMisreadings(text, tree) : [];
  if (misreadings.length > 0) return misreadings;
  const end = Math.min(tree.end, endOfLine(text, tree.start));
  return [finding('not-an-object', { start: tree.start, end }, { found: typeName(value) })];
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline;
}

function readObject(value: JsonObject, tree: SourceNode, text: string, options: ObjectOptions): ObjectReading {
  const reading = readKnownObject(value, tree, text, options);
  if (!reading.findings.some(({ message }) => misreadings.has(message))) return reading;
  return { ...reading, findings: reading.findings.filter(({ message }) => !consequences.has(message)) };
}

const misreadings = new Set<MessageKey>(['full-width-colon', 'full-width-space', 'no-break-space', 'yaml-colon-space']);
/** Where a line was misread, what it said is missing elsewhere: one mistake, one message. */
const consequences = new Set<MessageKey>(['name-missing', 'required-field']);

function readKnownObject(value: JsonObject, tree: SourceNode, text: string, options: ObjectOptions): ObjectReading {
  const report = new Report(text, tree);
  const apiVersion = readWord(value, 'apiVersion', report);
  const kind = readWord(value, 'kind', report);
  if (apiVersion === undefined || kind === undefined) return rejected(report.findings);
  const metadataValue = get(value, 'metadata');
  const nameValue = isObject(metadataValue) ? get(metadataValue, 'name') : undefined;
  const { group, version } = splitApiVersion(apiVersion);
  const lookup = lookUpKind(apiVersion, kind, options.gatewayApiChannel);
  const known = lookup.found === 'known' ? lookup.kind : undefined;
  const isSupported = lookup.found === 'known' || lookup.found === 'unknown';
  if (lookup.found === 'unknown' && !/^[^/]+(\/[^/]+)?$/.test(apiVersion)) {
    report.add('api-version-invalid', ['apiVersion'], { apiVersion });
  } else if (!isSupported) {
    reportMissingKind(lookup, apiVersion, kind, report);
  }

  const writtenNamespace = isObject(metadataValue) ? get(metadataValue, 'namespace') : undefined;
  const namespace =
    known?.scope === 'Cluster'
      ? ''
      : typeof writtenNamespace === 'string' && writtenNamespace !== ''
        ? writtenNamespace
        : options.defaultNamespace;
  const ref = typeof nameValue === 'string' ? { kind, namespace, name: nameValue } : undefined;
  if (!isSupported) return { ref, findings: report.findings };

  const definition = known && findKindDefinition(group, kind);
  const nameRule = definition?.nameRule ?? (group === 'rbac.authorization.k8s.io' ? 'path-segment' : 'dns-subdomain');
  const metadata = readMetadata(metadataValue, namespace, kind, nameRule, report);
  const body = known ? readBody(value, known, definition, report) : { object: value, isSound: true };
  if (!metadata || !body.isSound) return { ref, findings: report.findings };

  const stored = { ...body.object, metadata: metadata.object };
  const object = known && definition ? withDefaults(stored, known, definition, report) : stored;
  if (!object) return { ref, findings: report.findings };
  const meta = metadataOf(isObject(object['metadata']) ? object['metadata'] : {}, namespace);
  definition?.validate(object, report, meta);
  if (report.hasErrors && !options.keepsInvalid) return { ref, findings: report.findings };

  const support: Support = definition ? 'simulated' : known ? 'accepted' : 'unknown';
  if (support === 'accepted') report.add('accepted-not-simulated', ['kind'], { kind });
  if (support === 'unknown') report.add('unknown-kind', ['kind'], { apiVersion, kind });
  const fields = definition ? definition.fields(object) : {};
  const draft = { apiVersion, group, version, kind, metadata: meta, object, support, fields, tree };
  return { ref, findings: report.findings, draft };
}

function readWord(value: JsonObject, key: 'apiVersion' | 'kind', report: Report): string | undefined {
  const word = get(value, key);
  if (typeof word === 'string' && word !== '') return word;
  if (word === undefined || word === null || word === '') {
    const misread = misreadKey(key, report);
    if (misread) report.addFinding(misread);
    else report.add(key === 'kind' ? 'kind-missing' : 'api-version-missing', [key], {}, { aim: 'head' });
  } else {
    reportWrongType(report, [key], word, 'string');
  }
  return undefined;
}

/** `kind` may be missing because its key was misread: a full-width space before it makes it another key. */
function misreadKey(key: string, report: Report): Finding | undefined {
  for (const [name, entry] of report.tree.entries ?? []) {
    if (name.trim().endsWith(key) || name.startsWith(key)) {
      const [found] = findMisreadings(report.text, entry.key);
      if (found) return found;
    }
  }
  return undefined;
}

function reportMissingKind(
  lookup: Exclude<ReturnType<typeof lookUpKind>, { found: 'known' | 'unknown' }>,
  apiVersion: string,
  kind: string,
  report: Report,
): void {
  switch (lookup.found) {
    case 'removed': {
      const { since, instead } = lookup.removed;
      if (instead === undefined) report.add('removed-kind', ['kind'], { apiVersion, kind, since });
      else {
        const fix = { title: 'fix-replace', text: instead } as const;
        report.add('removed-api-version', ['apiVersion'], { apiVersion, kind, since, instead }, { fix });
      }
      return;
    }
    case 'no-such-version': {
      const { instead } = lookup;
      const fix = { title: 'fix-replace', text: instead } as const;
      report.add('no-such-version', ['apiVersion'], { apiVersion, kind, instead }, { fix });
      return;
    }
    case 'no-such-kind': {
      const instead = homeOfKind(kind);
      const { near } = lookup;
      if (instead !== undefined) {
        const fix = { title: 'fix-replace', text: instead } as const;
        report.add('no-such-version', ['apiVersion'], { apiVersion, kind, instead }, { fix });
      } else if (near !== undefined) {
        const fix = { title: 'fix-replace', text: near } as const;
        report.add('no-such-kind-near', ['kind'], { apiVersion, kind, near }, { fix });
      } else report.add('no-such-kind', ['kind'], { apiVersion, kind });
    }
  }
}

const metadataDialect: Dialect = { kind: 'go', checksRequired: false };

function readMetadata(
  value: JsonValue | undefined,
  namespace: string,
  kind: string,
  rule: NameRule,
  report: Report,
): { readonly object: JsonObject } | undefined {
  if (value !== undefined && value !== null && !isObject(value)) {
    reportWrongType(report, ['metadata'], value, 'object');
    return undefined;
  }
  const checked = checkStructure(value ?? {}, metadataSchema, metadataDefinitions, metadataDialect, report, [
    'metadata',
  ]);
  const written = isObject(checked.value) ? checked.value : {};
  const { namespace: _written, ...rest } = written;
  const object = namespace === '' ? rest : { ...rest, namespace };
  if (!checked.isSound) return undefined;
  const metadata = metadataOf(object, namespace);
  if (metadata.name === '') {
    if (get(object, 'generateName') !== undefined)
      report.add('generate-name', ['metadata', 'generateName'], {}, { aim: 'key' });
    else report.add('name-missing', ['metadata', 'name'], { kind }, { aim: 'head' });
    return undefined;
  }
  validateMetadata(metadata, report, rule);
  return { object };
}

/** Everything but metadata. The type and status are kept as written. */
function readBody(
  value: JsonObject,
  known: KnownKind,
  definition: KindDefinition | undefined,
  report: Report,
): { readonly object: JsonObject; readonly isSound: boolean } {
  const { apiVersion = null, kind = null, metadata: _metadata, status, ...body } = value;
  const checked = checkStructure(body, known.schema, known.definitions, dialectOf(known, definition), report);
  const object = isObject(checked.value) ? checked.value : {};
  return {
    object: { apiVersion, kind, ...object, ...(status !== undefined && { status }) },
    isSound: checked.isSound,
  };
}

/**
 * Fills in the kind's defaults. They may create objects nobody wrote (the `spec` of a Pod without one), in which something
 * required is then missing: only when nothing is does the object fit the kind's TypeScript type.
 */
function withDefaults(
  stored: JsonObject,
  known: KnownKind,
  definition: KindDefinition,
  report: Report,
): JsonObject | undefined {
  const object = definition.defaults(stored);
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...body } = object;
  const second = new Report(report.text, report.tree);
  const { isSound } = checkStructure(body, known.schema, known.definitions, dialectOf(known, definition), second);
  if (isSound) return object;
  for (const found of second.findings) if (found.message === 'required-field') report.addFinding(found);
  return undefined;
}

function dialectOf({ origin }: KnownKind, definition: KindDefinition | undefined): Dialect {
  if (origin !== 'kubernetes') return { kind: 'crd', checksRequired: true };
  return { kind: 'go', checksRequired: definition !== undefined };
}
