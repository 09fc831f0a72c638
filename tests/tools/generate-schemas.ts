// Writes src/manifests/schemas/*.json: the structural schemas of every kind we accept, without their prose.
//
//   npx tsx tests/tools/generate-schemas.ts --openapi swagger.json --istio DIR --gateway-api STANDARD_DIR EXPERIMENTAL_DIR
//
// swagger.json: kubernetes/kubernetes:api/openapi-spec/swagger.json at v1.34 (or the unprocessed copy a Kubernetes client keeps).
// --istio: a folder with istio/istio:manifests/charts/base/files/crd-all.gen.yaml; --gateway-api: folders of
// kubernetes-sigs/gateway-api:config/crd/{standard,experimental}; of a later folder only kinds and versions no earlier one serves are taken.
// A part that is not given is left as it is. Unknown keywords and shapes stop the run: better no schema than a wrong one.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type {
  CelRule,
  KindSchema,
  SchemaFile,
  SchemaNode,
  SchemaObject,
} from '../../src/manifests/structural/schema.ts';

/** OpenAPI as it comes; only this script reads it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- foreign documents of any shape
type Foreign = any;
type Draft = { -readonly [K in keyof SchemaObject]: SchemaObject[K] };
type Tree = SchemaObject | string;

const outFolder = new URL('../../src/manifests/schemas/', import.meta.url);

// ---- Custom resource definitions --------------------------------------------------------------------------------

const copied = [
  'pattern',
  'enum',
  'default',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;
const known = new Set<string>([
  ...copied,
  'description',
  'type',
  'format',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'nullable',
  'oneOf',
  'anyOf',
  'allOf',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
]);
/** Formats that bound a number's bits say nothing the engine needs. */
const numericFormats = new Set(['int32', 'int64', 'uint32', 'uint64', 'double', 'float']);

function crdNode(schema: Foreign): Tree {
  for (const key of Object.keys(schema)) if (!known.has(key)) throw new Error(`unknown keyword ${key}`);
  const node: Draft = {};
  if (schema['x-kubernetes-int-or-string']) node.type = 'int-or-string';
  else if (schema.type) node.type = schema.type;
  else if (schema['x-kubernetes-preserve-unknown-fields']) node.type = 'any';
  else throw new Error(`no type: ${JSON.stringify(schema)}`);
  // An object that names no fields has none: whatever is written in it is unknown.
  if (
    schema.properties ||
    (schema.type === 'object' && !schema.additionalProperties && !schema['x-kubernetes-preserve-unknown-fields'])
  ) {
    delete node.type;
    node.properties = mapValues(schema.properties ?? {}, crdNode) as Record<string, SchemaNode>;
  }
  if (typeof schema.additionalProperties === 'object') {
    delete node.type;
    node.values = crdNode(schema.additionalProperties) as SchemaNode;
  } else if (schema.additionalProperties !== undefined) throw new Error('additionalProperties without a schema');
  if (schema.items) {
    delete node.type;
    node.items = crdNode(schema.items) as SchemaNode;
  }
  if (schema.required) node.required = schema.required;
  if (schema.nullable) node.nullable = true;
  if (schema['x-kubernetes-preserve-unknown-fields'] && node.properties) node.keep = true;
  for (const key of copied) if (schema[key] !== undefined) Object.assign(node, { [key]: schema[key] });
  if (schema.format && !numericFormats.has(schema.format)) node.format = schema.format;
  const rules: CelRule[] | undefined = schema['x-kubernetes-validations'];
  if (rules) node.rules = rules;
  if (schema['x-kubernetes-list-type'] === 'map') node.listKeys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set') node.listKeys = [];
  if (schema.anyOf && !schema['x-kubernetes-int-or-string']) throw new Error(`anyOf: ${JSON.stringify(schema.anyOf)}`);
  const choices = schema.allOf && !schema['x-kubernetes-int-or-string'] ? schema.allOf : schema.oneOf ? [schema] : [];
  for (const choice of choices) addChoice(node, choice);
  return shorten(node);
}

/** The two shapes of `oneOf` that occur: a proto oneof, and "an IPAddress must be an IP address". */
function addChoice(node: Draft, choice: Foreign): void {
  const [first, ...rest]: Foreign[] = choice.oneOf ?? [];
  const names = rest.map((option) => option.required?.[0]);
  const isProtoOneof =
    JSON.stringify(first) === JSON.stringify({ not: { anyOf: names.map((name) => ({ required: [name] })) } }) &&
    rest.every((option) => JSON.stringify(option) === JSON.stringify({ required: [option.required?.[0]] }));
  if (isProtoOneof) {
    if (names.length > 1) node.atMostOne = [...(node.atMostOne ?? []), names];
    return;
  }
  const type = first?.properties?.type?.enum?.[0];
  const expected = [
    { properties: { type: { enum: [type] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } } },
    { properties: { type: { not: { enum: [type] } } } },
  ];
  if (JSON.stringify(choice.oneOf) !== JSON.stringify(expected)) throw new Error(`oneOf: ${JSON.stringify(choice)}`);
  node.ipWhenType = type;
}

function crdKinds(folder: string): { kind: KindSchema }[] {
  const found: { kind: KindSchema }[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.yaml')) continue;
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const crd: Foreign = document.toJS();
      if (crd?.kind !== 'CustomResourceDefinition') continue;
      const { group, names, scope, versions } = crd.spec;
      const served = versions
        .filter((version: Foreign) => version.served)
        .sort((a: Foreign, b: Foreign) => rank(b.name) - rank(a.name))
        .map((version: Foreign) => [version.name, crdNode(withoutEnvelope(version.schema.openAPIV3Schema))]);
      found.push({ kind: { group, kind: names.kind, plural: names.plural, scope, versions: served } });
    }
  }
  return found;
}

/** Versions a later channel serves and an earlier one does not. */
function withMoreVersions(kind: KindSchema, later: KindSchema): KindSchema {
  const more = later.versions.filter(([version]) => !kind.versions.some(([known]) => known === version));
  return { ...kind, versions: [...kind.versions, ...more] };
}

/** Kubernetes' order of versions: v1 before v1beta2 before v1beta1 before v1alpha1. */
function rank(version: string): number {
  const [, major = '0', stage = '', minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  return (stage === '' ? 2 : stage === 'beta' ? 1 : 0) * 10_000 + Number(major) * 100 + Number(minor);
}

function withoutEnvelope(schema: Foreign): Foreign {
  const { apiVersion: _a, kind: _k, metadata: _m, status: _s, ...properties } = schema.properties;
  return { ...schema, properties, required: without(schema.required, ['apiVersion', 'kind', 'metadata', 'status']) };
}

function without(list: string[] | undefined, names: string[]): string[] | undefined {
  const rest = (list ?? []).filter((name) => !names.includes(name));
  return rest.length > 0 ? rest : undefined;
}

// ---- Kubernetes' own kinds ---------------------------------------------------------------------------------------

/** OpenAPI calls these required only because Go always writes them; the API server takes their zero value. */
const acceptedAbsent = ['endpoints', 'value', 'topologyKey', 'maxSkew', 'whenUnsatisfiable', 'nodeSelectorTerms'];

const special: Record<string, Tree> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'object',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  // Refers to itself; a schema inside a CustomResourceDefinition is kept as it is.
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': 'object',
};

function openApiNode(schema: Foreign, definitions: Foreign): Tree {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/definitions/', '');
    return special[name] ?? openApiNode(definitions[name], definitions);
  }
  if (schema.type === 'string' && schema.format === 'byte') return 'base64';
  if (schema.properties) {
    const node: Draft = {
      properties: mapValues(schema.properties, (child) => openApiNode(child, definitions)) as Record<
        string,
        SchemaNode
      >,
    };
    const required = without(schema.required, acceptedAbsent);
    if (required) node.required = required;
    return node as Tree;
  }
  if (schema.additionalProperties) {
    return { values: openApiNode(schema.additionalProperties, definitions) as SchemaNode };
  }
  if (schema.items) return { items: openApiNode(schema.items, definitions) as SchemaNode };
  if (!schema.type) throw new Error(`no type: ${JSON.stringify(schema)}`);
  return schema.type;
}

/** Every kind a manifest can create: one with a POST on its collection. */
function openApiKinds(swagger: Foreign): KindSchema[] {
  const kinds = new Map<string, KindSchema>();
  for (const [path, item] of Object.entries<Foreign>(swagger.paths)) {
    const [, scopePart, plural] =
      /^\/apis?\/(?:[^/]+\/)??[^/]+\/(namespaces\/\{namespace\}\/)?([a-z]+)$/.exec(path.replace(/\/$/, '')) ?? [];
    const gvk = item.post?.['x-kubernetes-group-version-kind'];
    if (!plural || !gvk) continue;
    const name = definitionName(swagger, gvk);
    if (!name) continue;
    const definition = withoutEnvelope(swagger.definitions[name]);
    const key = `${gvk.group}/${gvk.kind}`;
    const kind: KindSchema = kinds.get(key) ?? {
      group: gvk.group,
      kind: gvk.kind,
      plural,
      scope: scopePart ? 'Namespaced' : 'Cluster',
      versions: [],
    };
    const schema = openApiNode(definition, swagger.definitions) as SchemaNode;
    const versions = [...kind.versions, [gvk.version, schema] as const].sort((a, b) => rank(b[0]) - rank(a[0]));
    kinds.set(key, { ...kind, versions });
  }
  return [...kinds.values()].sort((a, b) => compare(`${a.group}/${a.kind}`, `${b.group}/${b.kind}`));
}

function definitionName(swagger: Foreign, gvk: Foreign): string | undefined {
  return Object.entries<Foreign>(swagger.definitions).find(([, definition]) => {
    const list: Foreign[] = definition['x-kubernetes-group-version-kind'] ?? [];
    const [only] = list;
    return list.length === 1 && only.group === gvk.group && only.version === gvk.version && only.kind === gvk.kind;
  })?.[0];
}

// ---- Sharing and writing -----------------------------------------------------------------------------------------

function shorten(node: Draft): Tree {
  const keys = Object.keys(node);
  return keys.length === 1 && node.type !== undefined && node.type !== 'array' ? node.type : (node as Tree);
}

/** Replaces every subtree that occurs more than once by a reference, smallest first, so that definitions refer only backwards. */
function share(kinds: readonly KindSchema[], extra?: Tree) {
  const counts = new Map<string, number>();
  const count = (tree: Tree): void => {
    if (typeof tree === 'string') return;
    const text = JSON.stringify(tree);
    const seen = (counts.get(text) ?? 0) + 1;
    counts.set(text, seen);
    if (seen === 1) children(tree).forEach(count);
  };
  for (const kind of kinds) for (const [, schema] of kind.versions) count(schema as Tree);
  if (extra) count(extra);

  const definitions: SchemaNode[] = [];
  const numbers = new Map<string, number>();
  const replace = (tree: Tree): SchemaNode => {
    if (typeof tree === 'string') return tree as SchemaNode;
    const text = JSON.stringify(tree);
    const number = numbers.get(text);
    if (number !== undefined) return `#${number}`;
    const node = { ...tree } as Draft;
    if (tree.properties) node.properties = mapValues(tree.properties, (child) => replace(child as Tree));
    if (tree.values) node.values = replace(tree.values as Tree);
    if (tree.items) node.items = replace(tree.items as Tree);
    if ((counts.get(text) ?? 0) < 2 || text.length < 24) return node;
    numbers.set(text, definitions.length);
    definitions.push(node);
    return `#${definitions.length - 1}`;
  };
  const shared = kinds.map((kind) => ({
    ...kind,
    versions: kind.versions.map(([version, schema]) => [version, replace(schema as Tree)] as const),
  }));
  return { kinds: shared, definitions, ...(extra ? { metadata: replace(extra) } : {}) };
}

function children(tree: SchemaObject): Tree[] {
  return [...Object.values(tree.properties ?? {}), tree.values, tree.items].filter(
    (child) => child !== undefined,
  ) as Tree[];
}

function write(name: string, file: SchemaFile): void {
  const line = (value: unknown): string => `    ${JSON.stringify(value)}`;
  const parts = [
    `  "source": ${JSON.stringify(file.source)}`,
    ...(file.metadata ? [`  "metadata": ${JSON.stringify(file.metadata)}`] : []),
    `  "definitions": [\n${file.definitions.map(line).join(',\n')}\n  ]`,
    `  "kinds": [\n${file.kinds.map(line).join(',\n')}\n  ]`,
  ];
  writeFileSync(new URL(name, outFolder), `{\n${parts.join(',\n')}\n}\n`);
  console.log(`${name}: ${file.kinds.length} kinds, ${file.definitions.length} shared definitions`);
}

function mapValues<T, U>(object: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const { values: options, positionals } = parseArgs({
  options: { openapi: { type: 'string' }, istio: { type: 'string' }, 'gateway-api': { type: 'string' } },
  allowPositionals: true,
});

if (options.openapi) {
  const swagger: Foreign = JSON.parse(readFileSync(options.openapi, 'utf8'));
  const metadata = openApiNode(
    { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    swagger.definitions,
  );
  write('kubernetes.json', {
    source: 'kubernetes/kubernetes:api/openapi-spec/swagger.json at v1.34',
    ...share(openApiKinds(swagger), metadata),
  });
}
if (options.istio) {
  write('istio.json', {
    source: 'istio/istio:manifests/charts/base/files/crd-all.gen.yaml at 86c9f01fd735',
    ...share(crdKinds(options.istio).map(({ kind }) => kind)),
  });
}
if (options['gateway-api']) {
  const kinds: KindSchema[] = [];
  for (const folder of [options['gateway-api'], ...positionals]) {
    for (const { kind } of crdKinds(folder)) {
      const at = kinds.findIndex((other) => other.group === kind.group && other.kind === kind.kind);
      const earlier = kinds[at];
      if (earlier) kinds[at] = withMoreVersions(earlier, kind);
      else kinds.push(kind);
    }
  }
  write('gateway-api.json', {
    source: 'kubernetes-sigs/gateway-api:config/crd at 4564255ac2c3',
    ...share(kinds),
  });
}
