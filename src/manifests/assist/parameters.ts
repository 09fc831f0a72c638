// The most used fields of each object as parameters of a form: where they stand, what they hold, and how to write them back without
// touching anything else of the text.

import { isMap, isScalar, isSeq, type Document, type Scalar } from 'yaml';
import { splitDocuments } from '../documents.ts';
import { get, isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import { type FieldPath, fieldName } from '../source.ts';
import { contentOf, DOCUMENT_CHARACTERS_MAX, readLeniently } from './cursor.ts';
import { fieldKey } from './field-key.ts';
import { schemaAt, schemaOf, textAt, valueAt } from './field-schema.ts';

export type ParameterValue = string | number | boolean;

export interface Parameter {
  /** Of its document. */
  readonly path: FieldPath;
  readonly name: string;
  /** Under which it is described. */
  readonly key: string;
  readonly input: 'text' | 'number' | 'choice';
  /** What can be chosen, when that is all. */
  readonly choices: readonly string[];
  /** Undefined: nothing is written; the object has its default. */
  readonly value: ParameterValue | undefined;
}

export interface ParameterGroup {
  /** 0-based place of the document in its file. */
  readonly document: number;
  readonly kind: string;
  readonly namespace: string;
  readonly objectName: string;
  readonly parameters: readonly Parameter[];
}

/** By kind: the paths that make parameters, step by step, `*` for every item or key there is. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Namespace: ['metadata labels istio.io/dataplane-mode', 'metadata labels istio-injection'],
  Deployment: [
    'spec replicas',
    'spec template metadata labels *',
    'spec template metadata annotations *',
    'spec template spec serviceAccountName',
    'spec template spec containers * image',
    'spec template spec containers * ports * containerPort',
  ],
  StatefulSet: ['spec replicas', 'spec template spec containers * image'],
  DaemonSet: ['spec template spec containers * image'],
  Job: ['spec completions', 'spec parallelism', 'spec backoffLimit', 'spec template spec containers * image'],
  Pod: ['metadata labels *', 'spec containers * image', 'spec containers * ports * containerPort'],
  Service: ['spec selector *', 'spec ports * port', 'spec ports * targetPort', 'spec ports * appProtocol'],
  ConfigMap: ['data *'],
  PeerAuthentication: ['spec mtls mode', 'spec selector matchLabels *', 'spec portLevelMtls * mode'],
  AuthorizationPolicy: [
    'spec action',
    'spec selector matchLabels *',
    'spec rules * from * source principals *',
    'spec rules * from * source namespaces *',
    'spec rules * from * source serviceAccounts *',
    'spec rules * to * operation ports *',
    'spec rules * to * operation methods *',
    'spec rules * to * operation paths *',
  ],
  HTTPRoute: [
    'spec rules * matches * path value',
    'spec rules * backendRefs * name',
    'spec rules * backendRefs * port',
    'spec rules * backendRefs * weight',
    'spec rules * timeouts request',
  ],
  VirtualService: ['spec http * route * destination host', 'spec http * route * weight', 'spec http * timeout'],
};

/** Paths that are offered although nothing is written there yet. */
const ALWAYS = new Set([
  'metadata labels istio.io/dataplane-mode',
  'metadata labels istio-injection',
  'spec replicas',
  'spec mtls mode',
  'spec action',
]);

/** What can be chosen where the schema lists nothing. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'metadata.labels.istio.io/dataplane-mode': ['ambient', 'none'],
  'metadata.labels.istio-injection': ['enabled', 'disabled'],
};

/** One group for each object that has parameters, in the order of the text. */
export function parametersOf(text: string): readonly ParameterGroup[] {
  return splitDocuments(text).flatMap((document) => {
    if (document.isEmpty || document.text.length > DOCUMENT_CHARACTERS_MAX) return [];
    const parsed = readLeniently(document.text);
    if (parsed.errors.length > 0) return [];
    const object = contentOf(parsed);
    const kind = textAt(object, 'kind');
    const patterns = Object.hasOwn(PARAMETERS, kind) ? (PARAMETERS[kind] ?? []) : [];
    const parameters = patterns.flatMap((pattern) => expand(object, pattern)).map((path) => parameterAt(object, path));
    if (parameters.length === 0) return [];
    const metadata = get(object, 'metadata');
    const [namespace, objectName] = isObject(metadata)
      ? [textAt(metadata, 'namespace'), textAt(metadata, 'name')]
      : ['', ''];
    return [{ document: document.index, kind, namespace, objectName, parameters }];
  });
}

/** The places of an object that a pattern names. */
function expand(object: JsonObject, pattern: string): readonly FieldPath[] {
  let paths: readonly FieldPath[] = [[]];
  for (const step of pattern.split(' ')) {
    paths = paths.flatMap((path) => {
      if (step !== '*') return [[...path, step]];
      const inner = valueAt(object, path);
      if (isArray(inner)) return inner.map((_, at) => [...path, at]);
      return isObject(inner) ? Object.keys(inner).map((key) => [...path, key]) : [];
    });
  }
  return paths.filter((path) => {
    const value = valueAt(object, path);
    if (value === undefined) return ALWAYS.has(pattern);
    return !isObject(value) && !isArray(value) && !(typeof value === 'string' && value.includes('\n'));
  });
}

function parameterAt(object: JsonObject, path: FieldPath): Parameter {
  const schema = schemaOf(object);
  const field = schemaAt(schema, path);
  const value: JsonValue | undefined = valueAt(object, path);
  const key = fieldKey(schema.kind, path);
  const choices = CHOICES[key] ?? (field?.node.enum ?? []).map(String);
  const isNumber = typeof value === 'number' || field?.node.type === 'integer';
  return {
    path,
    name: fieldName(path),
    key,
    input: choices.length > 0 ? 'choice' : isNumber && field?.node.type !== 'int-or-string' ? 'number' : 'text',
    choices,
    value: value === null || isObject(value) || isArray(value) ? undefined : value,
  };
}

/** An object of a file, and what one of its fields holds; undefined where the file has no such object that can be read. */
export function fieldOf(
  text: string,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
  path: FieldPath,
): { readonly document: number; readonly value: JsonValue | undefined } | undefined {
  for (const { index, isEmpty, text: document } of splitDocuments(text)) {
    if (isEmpty || document.length > DOCUMENT_CHARACTERS_MAX) continue;
    const parsed = readLeniently(document);
    if (parsed.errors.length > 0) continue;
    const object = contentOf(parsed);
    const metadata = get(object, 'metadata');
    if (textAt(object, 'kind') !== kind || !isObject(metadata)) continue;
    const isIt = textAt(metadata, 'name') === name && textAt(metadata, 'namespace') === namespace;
    if (isIt) return { document: index, value: valueAt(object, path) };
  }
  return undefined;
}

/**
 * The file with one parameter written, or without it where the value is undefined. Where the field stands already only its value is
 * replaced, so that everything else stays as it is.
 */
export function withParameter(text: string, document: number, path: FieldPath, value: JsonValue | undefined): string {
  const found = splitDocuments(text)[document];
  if (found === undefined) return text;
  const parsed = readLeniently(found.text);
  const node: unknown = parsed.getIn(path, true);
  const range = isScalar(node) ? node.range : undefined;
  const replaced =
    range && value !== undefined && !isObject(value) && !isArray(value)
      ? found.text.slice(0, range[0]) + scalarText(node as Scalar, value) + found.text.slice(range[1])
      : changed(parsed, path, value);
  return text.slice(0, found.offset) + replaced + text.slice(found.offset + found.text.length);
}

/** As YAML writes it, in the quotes that were there. */
function scalarText(node: Scalar, value: ParameterValue | null): string {
  if (typeof value !== 'string') return String(value);
  if (node.type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (node.type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return isPlainText(value) ? value : JSON.stringify(value);
}

/** Whether YAML reads it back as the same text without quotes. */
function isPlainText(value: string): boolean {
  const read = readLeniently(`key: ${value}\n`);
  return read.errors.length === 0 && read.get('key') === value;
}

/** A field that was not there, or is to go: the document is printed anew, comments kept. A mapping that would be left empty goes too. */
function changed(document: Document, path: FieldPath, value: JsonValue | undefined): string {
  if (value !== undefined) document.setIn(path, value);
  else remove(document, path);
  if (!isMap(document.contents) && !isSeq(document.contents)) return String(document);
  return document.toString({ indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
}

function remove(document: Document, path: FieldPath): void {
  document.deleteIn(path);
  const above = path.slice(0, -1);
  const parent: unknown = document.getIn(above, true);
  if (above.length > 0 && isMap(parent) && parent.items.length === 0) remove(document, above);
}
