// The compact schema language of schemas/*.json: what Kubernetes calls a structural schema, without prose.
// The files are written by tests/tools/generate-schemas.ts; this is their only description.

import type { JsonValue } from '../json.ts';

/**
 * `any` takes everything and keeps it; `object` takes any mapping and keeps it whole. `quantity` is a Kubernetes quantity
 * (`100m`, 2), `time` an RFC 3339 instant, `base64` a text in base64.
 */
export type SchemaType =
  | 'any'
  | 'object'
  | 'array'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'int-or-string'
  | 'quantity'
  | 'time'
  | 'base64';

/** A type alone, a reference `#7` into `SchemaFile.definitions`, or a node in full. */
export type SchemaNode = Exclude<SchemaType, 'array'> | `#${number}` | SchemaObject;

export interface SchemaObject {
  /** Absent: `object` when `properties` or `values` is there, `array` when `items` is. */
  readonly type?: SchemaType;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** What every value of a free map must be. */
  readonly values?: SchemaNode;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  /** x-kubernetes-preserve-unknown-fields: fields without a schema are kept, not reported. */
  readonly keep?: true;
  readonly nullable?: true;
  readonly default?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Groups of fields of which at most one may be set (a proto `oneof`). */
  readonly atMostOne?: readonly (readonly string[])[];
  /** When the field `type` has this value (or is absent), the field `value` must be an IP address. */
  readonly ipWhenType?: string;
  /** Items are told apart by these fields (list-type map), or, when empty, by their whole value (list-type set). */
  readonly listKeys?: readonly string[];
  /** CEL rules (x-kubernetes-validations); rules.ts finds which an object breaks. */
  readonly rules?: readonly CelRule[];
}

export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

export type Scope = 'Namespaced' | 'Cluster';

export interface KindSchema {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: Scope;
  /** Served versions, preferred first. The node describes the object without apiVersion, kind, metadata and status. */
  readonly versions: readonly (readonly [version: string, schema: SchemaNode])[];
}

export interface SchemaFile {
  readonly source: string;
  readonly definitions: readonly SchemaNode[];
  readonly kinds: readonly KindSchema[];
  /** The schema of `metadata`; only the file of Kubernetes' own kinds has it. */
  readonly metadata?: SchemaNode;
}

/** Follows a reference; the result is never one. Definitions do not refer in circles. */
export function resolveNode(node: SchemaNode, definitions: readonly SchemaNode[]): SchemaObject {
  let current: SchemaNode | undefined = node;
  while (typeof current === 'string') {
    if (!current.startsWith('#')) return plainNode(current as SchemaType); // not a reference, so it names a type
    current = definitions[Number(current.slice(1))];
  }
  return current ?? plainNode('any');
}

const plainNodes = new Map<SchemaType, SchemaObject>();

function plainNode(type: SchemaType): SchemaObject {
  const known = plainNodes.get(type);
  if (known) return known;
  const node: SchemaObject = { type };
  plainNodes.set(type, node);
  return node;
}

export function typeOf(node: SchemaObject): SchemaType {
  return node.type ?? (node.properties || node.values ? 'object' : node.items ? 'array' : 'any');
}
