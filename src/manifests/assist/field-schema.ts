// The schema of every field of a document: of the kinds the cluster knows, and of a Scenario.

import { lookUpKind, metadataDefinitions, metadataSchema, splitApiVersion } from '../catalog.ts';
import { crds } from '../crds.ts';
import { get, isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import type { FieldPath } from '../source.ts';
import { resolveNode, type SchemaNode, type SchemaObject, typeOf } from '../structural/schema.ts';
import { scenarioSchema } from './scenario-schema.ts';

export interface FieldSchema {
  readonly node: SchemaObject;
  readonly definitions: readonly SchemaNode[];
}

export interface DocumentSchema {
  /** Empty while the document does not say. */
  readonly kind: string;
  readonly root: FieldSchema;
  /** Whether the engine acts on objects of this kind. */
  readonly isSimulated: boolean;
}

/** The schema of a document, from its `apiVersion` and `kind`; one that says neither has only the fields of every object. */
export function schemaOf(object: JsonObject): DocumentSchema {
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
  if (kind === 'Scenario' && splitApiVersion(apiVersion).group === 'meshscope.dev')
    return { kind, root: rootOf(scenarioSchema, []), isSimulated: true };
  const found = lookUpKind(apiVersion, kind, crds);
  if (found.found !== 'known') return { kind, root: rootOf({ properties: {} }, []), isSimulated: false };
  const { schema, definitions, statement } = found.kind;
  const isSimulated = statement?.support === 'simulated';
  return { kind, root: rootOf(resolveNode(schema, definitions), definitions), isSimulated };
}

/** The schema at `path`; undefined where the document has no such field. */
export function schemaAt({ root }: DocumentSchema, path: FieldPath): FieldSchema | undefined {
  let at: FieldSchema | undefined = root;
  path.forEach((step, depth) => {
    at = at === undefined ? undefined : depth === 0 && step === 'metadata' ? metadata : fieldOf(at, step);
  });
  return at;
}

const metadata: FieldSchema = {
  node: resolveNode(metadataSchema, metadataDefinitions),
  definitions: metadataDefinitions,
};

function fieldOf({ node, definitions }: FieldSchema, step: string | number): FieldSchema | undefined {
  const next = typeof step === 'number' ? node.items : (propertyOf(node, step) ?? node.values);
  return next === undefined ? undefined : { node: resolveNode(next, definitions), definitions };
}

function propertyOf({ properties }: SchemaObject, name: string): SchemaNode | undefined {
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function rootOf(schema: SchemaObject, definitions: readonly SchemaNode[]): FieldSchema {
  const { properties = {}, required = [] } = schema;
  return {
    node: {
      properties: { apiVersion: 'string', kind: 'string', metadata: 'any', ...properties },
      required: ['apiVersion', 'kind', 'metadata', ...required],
    },
    definitions,
  };
}

/** The type as it is shown: `integer`, `string[]`, `map[string]`, `object`. */
export function typeName({ node, definitions }: FieldSchema): string {
  const type = typeOf(node);
  if (type === 'array')
    return node.items === undefined
      ? 'any[]'
      : `${typeName({ node: resolveNode(node.items, definitions), definitions })}[]`;
  if (type === 'object' && node.values !== undefined && node.properties === undefined)
    return `map[${typeName({ node: resolveNode(node.values, definitions), definitions })}]`;
  return type;
}

/** What the API server fills in at `path` when nothing is written there; undefined when nothing is. */
export function defaultAt(object: JsonObject, path: FieldPath, schema: FieldSchema | undefined): JsonValue | undefined {
  const found = lookUpKind(textAt(object, 'apiVersion'), textAt(object, 'kind'), crds);
  const statement = found.found === 'known' ? found.kind.statement : undefined;
  if (statement !== undefined) {
    try {
      const filled = valueAt(statement.defaults(without(object, path)), path);
      if (filled !== undefined && !isObject(filled)) return filled;
    } catch {
      // A half-written object has values of the wrong type where defaults are looked for: then the schema alone can tell.
    }
  }
  return schema?.node.default;
}

export function valueAt(value: JsonValue | undefined, path: FieldPath): JsonValue | undefined {
  let at = value;
  for (const step of path) {
    if (typeof step === 'number') at = isArray(at) ? at[step] : undefined;
    else at = isObject(at) ? get(at, step) : undefined;
  }
  return at;
}

/** The object with nothing written at `path`. */
function without(object: JsonObject, path: FieldPath): JsonObject {
  const [step, ...rest] = path;
  if (typeof step !== 'string') return object;
  if (rest.length === 0) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== step));
  const inner = get(object, step);
  if (isObject(inner)) return { ...object, [step]: without(inner, rest) };
  const [index, ...deeper] = rest;
  if (!isArray(inner) || typeof index !== 'number') return object;
  return {
    ...object,
    [step]: inner.map((item, at) => (at === index && isObject(item) ? without(item, deeper) : item)),
  };
}

export function textAt(object: JsonObject, key: string): string {
  const value = get(object, key);
  return typeof value === 'string' ? value : '';
}
