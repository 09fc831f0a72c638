// Writes src/manifests/schemas/*.json: the structural schemas of every kind we accept, without their prose.
//
//   npx tsx tests/tools/generate-schemas.ts --openapi swagger.json --istio DIR --gateway-api STANDARD_DIR --gateway-api-experimental EXPERIMENTAL_DIR
//
// swagger.json: kubernetes/kubernetes:api/openapi-spec/swagger.json at v1.34 (or the unprocessed copy a Kubernetes client keeps).
// --istio: a folder with istio/istio:manifests/charts/base/files/crd-all.gen.yaml; the two others: folders of
// kubernetes-sigs/gateway-api:config/crd/{standard,experimental}, given together. To the standard channel are added the kinds and
// versions that only the experimental one serves. A part that is not given is left as it is.
// Unknown keywords and shapes stop the run: better no schema than a wrong one.

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
  SchemaType,
} from '../../src/manifests/structural/schema.ts';

type Draft = { -readonly [K in keyof SchemaObject]: SchemaObject[K] };

const outFolder = new URL('../../src/manifests/schemas/', import.meta.url);

// ---- Custom resource definitions --------------------------------------------------------------------------------

/** The part of openAPIV3Schema this script knows; `crdNode` stops at anything else. */
interface CrdSchema {
  readonly type?: SchemaType;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly additionalProperties?: CrdSchema | boolean;
  readonly items?: CrdSchema;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly enum?: SchemaObject['enum'];
  readonly anyOf?: readonly CrdSchema[];
  readonly oneOf?: readonly CrdSchema[];
  readonly allOf?: readonly CrdSchema[];
  readonly not?: CrdSchema;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface Crd {
  readonly kind: 'CustomResourceDefinition';
  readonly spec: {
    readonly group: string;
    readonly scope: KindSchema['scope'];
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
    }[];
  };
}

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
] as const satisfies readonly (keyof SchemaObject)[];
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

function crdNode(schema: CrdSchema): SchemaNode {
  for (const key of Object.keys(schema)) if (!known.has(key)) throw new Error(`unknown keyword ${key}`);
  const node: Draft = { ...shapeOf(schema), ...limitsOf(schema) };
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  if (schema.anyOf && !isIntOrString) throw new Error(`anyOf: ${JSON.stringify(schema.anyOf)}`);
  const choices = isIntOrString ? [] : (schema.allOf ?? (schema.oneOf ? [schema] : []));
  for (const choice of choices) addChoice(node, choice);
  return shorten(node);
}

/** What the value is: its type, and what is inside it. */
function shapeOf(schema: CrdSchema): Draft {
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-int-or-string']) return { type: 'int-or-string' };
  if (schema.items) return { items: crdNode(schema.items) };
  if (typeof schema.additionalProperties === 'object') return { values: crdNode(schema.additionalProperties) };
  if (schema.additionalProperties !== undefined) throw new Error('additionalProperties without a schema');
  // An object that names no fields has none: whatever is written in it is unknown.
  if (schema.properties || (schema.type === 'object' && !keepsAll)) {
    return { properties: mapValues(schema.properties ?? {}, crdNode), ...(keepsAll && { keep: true }) };
  }
  if (schema.type) return { type: schema.type };
  if (keepsAll) return { type: 'any' };
  throw new Error(`no type: ${JSON.stringify(schema)}`);
}

/** What the value may be. */
function limitsOf(schema: CrdSchema): Draft {
  const node: Draft = {};
  if (schema.required) node.required = schema.required;
  if (schema.nullable) node.nullable = true;
  for (const key of copied) if (key in schema) Object.assign(node, { [key]: (schema as SchemaObject)[key] });
  if (schema.format && !numericFormats.has(schema.format)) node.format = schema.format;
  const rules = schema['x-kubernetes-validations'];
  if (rules) node.rules = rules;
  if (schema['x-kubernetes-list-type'] === 'map') node.listKeys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] === 'set') node.listKeys = [];
  return node;
}

/** The two shapes of `oneOf` that occur: a proto oneof, and "an IPAddress must be an IP address". */
function addChoice(node: Draft, { oneOf = [] }: CrdSchema): void {
  const [first, ...rest] = oneOf;
  const names = rest.map((option) => option.required?.[0] ?? '');
  const required = names.map((name) => ({ required: [name] }));
  if (isSame(oneOf, [{ not: { anyOf: required } }, ...required])) {
    if (names.length > 1) node.atMostOne = [...(node.atMostOne ?? []), names];
    return;
  }
  const type = first?.properties?.['type']?.enum?.[0];
  const isAddress = isSame(oneOf, [
    { properties: { type: { enum: [type] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } } },
    { properties: { type: { not: { enum: [type] } } } },
  ]);
  if (!isAddress || typeof type !== 'string') throw new Error(`oneOf: ${JSON.stringify(oneOf)}`);
  node.ipWhenType = type;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function crdKinds(folder: string): KindSchema[] {
  const found: KindSchema[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.yaml')) continue;
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const crd = document.toJS() as Crd | { readonly kind: 'other' } | null; // crdNode checks what matters
      if (crd?.kind !== 'CustomResourceDefinition') continue;
      const { group, names, scope, versions } = crd.spec;
      const served = versions
        .filter((version) => version.served)
        .sort((a, b) => rank(b.name) - rank(a.name))
        .map(({ name, schema }) => [name, crdNode(withoutEnvelope(schema.openAPIV3Schema))] as const);
      found.push({ group, kind: names.kind, plural: names.plural, scope, versions: served });
    }
  }
  return found;
}

/** Versions a later channel serves and an earlier one does not. */
function withMoreVersions(kind: KindSchema, later: KindSchema): KindSchema {
  const more = later.versions.filter(([version]) => !kind.versions.some(([other]) => other === version));
  return { ...kind, versions: [...kind.versions, ...more] };
}

function withMoreKinds(kinds: readonly KindSchema[], later: readonly KindSchema[]): KindSchema[] {
  const laterOf = (kind: KindSchema): KindSchema | undefined =>
    later.find((other) => other.group === kind.group && other.kind === kind.kind);
  const extended = kinds.map((kind) => withMoreVersions(kind, laterOf(kind) ?? kind));
  const isNew = (kind: KindSchema): boolean =>
    !kinds.some((other) => other.group === kind.group && other.kind === kind.kind);
  return [...extended, ...later.filter(isNew)];
}

/** Kubernetes' order of versions: v1 before v1beta2 before v1beta1 before v1alpha1. */
function rank(version: string): number {
  const [, major = '0', stage = '', minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  return (stage === '' ? 2 : stage === 'beta' ? 1 : 0) * 10_000 + Number(major) * 100 + Number(minor);
}

const envelope = ['apiVersion', 'kind', 'metadata', 'status'];

/** The reader handles these four by itself. */
function withoutEnvelope<
  S extends { readonly properties?: Readonly<Record<string, unknown>>; readonly required?: readonly string[] },
>(schema: S): S {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([key]) => !envelope.includes(key)),
  );
  const required = without(schema.required, envelope);
  const { required: _required, ...rest } = schema;
  return { ...rest, properties, ...(required && { required }) } as unknown as S; // the same shape with fewer fields
}

function without(list: readonly string[] | undefined, names: readonly string[]): readonly string[] | undefined {
  const rest = (list ?? []).filter((name) => !names.includes(name));
  return rest.length > 0 ? rest : undefined;
}

// ---- Kubernetes' own kinds ---------------------------------------------------------------------------------------

interface OpenApiSchema {
  readonly $ref?: string;
  readonly type?: SchemaType;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema;
  readonly items?: OpenApiSchema;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Swagger {
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind } }>
  >;
}

/**
 * OpenAPI calls these required, but the API server takes their zero value: it does so because Go always writes them.
 * An EndpointSlice must have an addressType all the same; its own checks see to that.
 */
const acceptedAbsent = [
  'endpoints',
  'value',
  'topologyKey',
  'maxSkew',
  'whenUnsatisfiable',
  'nodeSelectorTerms',
  'addressType',
];

const special: Readonly<Record<string, SchemaNode>> = {
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

function openApiNode(schema: OpenApiSchema, definitions: Swagger['definitions']): SchemaNode {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/definitions/', '');
    const definition = definitions[name];
    if (!definition) throw new Error(`no definition of ${name}`);
    return special[name] ?? openApiNode(definition, definitions);
  }
  const inside = (child: OpenApiSchema): SchemaNode => openApiNode(child, definitions);
  if (schema.type === 'string' && schema.format === 'byte') return 'base64';
  if (schema.properties) {
    const required = without(schema.required, acceptedAbsent);
    return { properties: mapValues(schema.properties, inside), ...(required && { required }) };
  }
  if (schema.additionalProperties) return { values: inside(schema.additionalProperties) };
  if (schema.items) return { items: inside(schema.items) };
  if (!schema.type || schema.type === 'array') throw new Error(`no type: ${JSON.stringify(schema)}`);
  return schema.type;
}

/** Every kind a manifest can create: one with a POST on its collection. */
function openApiKinds(swagger: Swagger): KindSchema[] {
  const kinds = new Map<string, KindSchema>();
  for (const [path, { post }] of Object.entries(swagger.paths)) {
    const [, scopePart, plural] =
      /^\/apis?\/(?:[^/]+\/)??[^/]+\/(namespaces\/\{namespace\}\/)?([a-z]+)$/.exec(path.replace(/\/$/, '')) ?? [];
    const gvk = post?.['x-kubernetes-group-version-kind'];
    const definition = gvk && definitionOf(swagger, gvk);
    if (!plural || !definition) continue;
    const { group, kind, version } = gvk;
    const scope = scopePart ? 'Namespaced' : 'Cluster';
    const earlier = kinds.get(`${group}/${kind}`) ?? { group, kind, plural, scope, versions: [] };
    const added = [version, openApiNode(withoutEnvelope(definition), swagger.definitions)] as const;
    const versions = [...earlier.versions, added].sort((a, b) => rank(b[0]) - rank(a[0]));
    kinds.set(`${group}/${kind}`, { ...earlier, versions });
  }
  return [...kinds.values()].sort((a, b) => compare(`${a.group}/${a.kind}`, `${b.group}/${b.kind}`));
}

function definitionOf(swagger: Swagger, { group, version, kind }: GroupVersionKind): OpenApiSchema | undefined {
  return Object.values(swagger.definitions).find((definition) => {
    const [only, ...more] = definition['x-kubernetes-group-version-kind'] ?? [];
    return more.length === 0 && only?.group === group && only.version === version && only.kind === kind;
  });
}

// ---- Sharing and writing -----------------------------------------------------------------------------------------

function shorten(node: Draft): SchemaNode {
  const isTypeAlone = Object.keys(node).length === 1 && node.type !== undefined && node.type !== 'array';
  return isTypeAlone && node.type !== undefined && node.type !== 'array' ? node.type : node;
}

/** Subtrees shorter than this cost less than a reference to them. */
const shareFrom = 24;

/** Replaces every subtree that occurs more than once by a reference; definitions refer only backwards. */
function share(kinds: readonly KindSchema[], metadata?: SchemaNode): Omit<SchemaFile, 'source'> {
  const counts = new Map<string, number>();
  const count = (tree: SchemaNode): void => {
    if (typeof tree === 'string') return;
    const text = JSON.stringify(tree);
    const seen = (counts.get(text) ?? 0) + 1;
    counts.set(text, seen);
    if (seen === 1) for (const child of childrenOf(tree)) count(child);
  };
  for (const { versions } of kinds) for (const [, schema] of versions) count(schema);
  if (metadata) count(metadata);

  const definitions: SchemaNode[] = [];
  const numbers = new Map<string, number>();
  const replace = (tree: SchemaNode): SchemaNode => {
    if (typeof tree === 'string') return tree;
    const text = JSON.stringify(tree);
    const number = numbers.get(text);
    if (number !== undefined) return `#${number}`;
    const node: Draft = { ...tree };
    if (tree.properties) node.properties = mapValues(tree.properties, replace);
    if (tree.values) node.values = replace(tree.values);
    if (tree.items) node.items = replace(tree.items);
    if ((counts.get(text) ?? 0) < 2 || text.length < shareFrom) return node;
    numbers.set(text, definitions.length);
    definitions.push(node);
    return `#${definitions.length - 1}`;
  };
  const shared = kinds.map((kind) => ({
    ...kind,
    versions: kind.versions.map(([version, schema]) => [version, replace(schema)] as const),
  }));
  return { kinds: shared, ...(metadata && { metadata: replace(metadata) }), definitions };
}

function childrenOf({ properties, values, items }: SchemaObject): SchemaNode[] {
  return [...Object.values(properties ?? {}), values, items].filter((child) => child !== undefined);
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

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const { values: options } = parseArgs({
  options: {
    openapi: { type: 'string' },
    istio: { type: 'string' },
    'gateway-api': { type: 'string' },
    'gateway-api-experimental': { type: 'string' },
  },
});
const { openapi, istio, 'gateway-api': standardFolder, 'gateway-api-experimental': experimentalFolder } = options;

if (openapi) {
  const swagger = JSON.parse(readFileSync(openapi, 'utf8')) as Swagger; // openApiNode checks what matters
  const metadata = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
  write('kubernetes.json', {
    source: 'kubernetes/kubernetes:api/openapi-spec/swagger.json at v1.34',
    ...share(openApiKinds(swagger), openApiNode(metadata, swagger.definitions)),
  });
}
if (istio) {
  write('istio.json', {
    source: 'istio/istio:manifests/charts/base/files/crd-all.gen.yaml at 86c9f01fd735',
    ...share(crdKinds(istio)),
  });
}
if (standardFolder && experimentalFolder) {
  const source = 'kubernetes-sigs/gateway-api:config/crd at 4564255ac2c3';
  const standard = crdKinds(standardFolder);
  const experimental = crdKinds(experimentalFolder);
  write('gateway-api.json', { source, ...share(withMoreKinds(standard, experimental)) });
  write('gateway-api-experimental.json', { source, ...share(experimental) });
}
