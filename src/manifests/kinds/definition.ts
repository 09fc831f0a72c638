// What a kind adds to its schema: checks, and where the engine reads it, defaults and a typed view.

import type { JsonObject } from '../json.ts';
import type { NameRule } from '../names.ts';
import type { Report } from '../report.ts';
import type { ObjectMeta, Resource } from '../resource.ts';
import type { TypedResource } from './typed.ts';

/** The fields a typed resource has beyond any resource. */
export type FieldsOf<R extends TypedResource> = Omit<R, keyof Resource>;

/** What a kind's folder states. */
export interface KindStatement<R extends TypedResource> {
  readonly group: string;
  readonly kind: R['kind'];
  /** Default `simulated`: the running engine acts on it. */
  readonly support?: 'accepted';
  /** Default `dns-subdomain`. */
  readonly nameRule?: NameRule;
  /** Fills in what the API server fills in. The object fits its schema. */
  readonly defaults: (object: JsonObject) => JsonObject;
  /** The fields of the typed view, from the defaulted object. */
  readonly fields: (object: JsonObject) => FieldsOf<R>;
  /** Reports what the API server (for Istio's kinds: istiod's webhook) refuses or warns of. */
  readonly validate: (fields: FieldsOf<R>, report: Report, metadata: ObjectMeta) => void;
}

/** A statement of a kind whose typed view is its `spec`, {} when absent. */
type SpecKindStatement<R extends TypedResource & { readonly spec: object }> = Omit<
  KindStatement<R>,
  'fields' | 'defaults' | 'validate'
> & {
  /** Absent: the CRD states every default. */
  readonly defaults?: KindStatement<R>['defaults'];
  /** Absent: nothing is checked that the schema and its rules do not say. */
  readonly validate?: (spec: R['spec'], report: Report, metadata: ObjectMeta) => void;
};

/** What the folder of a kind states that has no typed view: nobody reads it, or in part only. */
export interface AcceptedKindStatement<S extends object> {
  readonly group: string;
  readonly kind: string;
  /** Default `accepted`. `simulated`: some of it is acted on, and the rest is said field by field (manifests/cautions). */
  readonly support?: 'simulated';
  /** Reports what istiod's webhook refuses or warns of. `S`: the kind's `spec`, {} when absent; it fits its schema. */
  readonly validate: (spec: S, report: Report, metadata: ObjectMeta) => void;
}

/** A statement without its type, as the list holds it. */
export interface KindDefinition {
  readonly group: string;
  readonly kind: string;
  readonly support: 'simulated' | 'accepted';
  /** Whether its resources have a typed view: then every one of them fits its schema. */
  readonly isTyped: boolean;
  readonly nameRule: NameRule;
  readonly defaults: (object: JsonObject) => JsonObject;
  readonly fields: (object: JsonObject) => object;
  readonly validate: (object: JsonObject, report: Report, metadata: ObjectMeta) => void;
}

export function defineKind<R extends TypedResource>(statement: KindStatement<R>): KindDefinition {
  const { group, kind, support = 'simulated', nameRule = 'dns-subdomain', defaults, fields, validate } = statement;
  return {
    group,
    kind,
    support,
    isTyped: true,
    nameRule,
    defaults,
    fields,
    validate: (object, report, metadata) => validate(fields(object), report, metadata),
  };
}

export function defineSpecKind<R extends TypedResource & { readonly spec: object }>(
  statement: SpecKindStatement<R>,
): KindDefinition {
  // The object has been held against its schema and defaulted: that makes its spec what its type says.
  const specOf = (object: JsonObject): R['spec'] => (object['spec'] ?? {}) as unknown as R['spec'];
  const { validate, defaults = (object: JsonObject): JsonObject => object, ...stated } = statement;
  return defineKind<TypedResource & { readonly spec: object }>({
    ...stated,
    defaults,
    fields: (object) => ({ spec: specOf(object) }),
    validate: ({ spec }, report, metadata) => validate?.(spec, report, metadata),
  });
}

/** A kind the engine does not act on, or in part. Istio's CRDs have no defaults: what is absent means what its reader takes it for. */
export function defineAcceptedKind<S extends object>(statement: AcceptedKindStatement<S>): KindDefinition {
  const { group, kind, support = 'accepted', validate } = statement;
  return {
    group,
    kind,
    support,
    isTyped: false,
    nameRule: 'dns-subdomain',
    defaults: (object) => object,
    fields: () => ({}),
    // Held against its schema just before: that makes the spec what its type says.
    validate: (object, report, metadata) => validate((object['spec'] ?? {}) as unknown as S, report, metadata),
  };
}

/** A map of texts, {} when absent; its schema has been checked. */
export function textMapOf(object: JsonObject, key: string): Readonly<Record<string, string>> {
  return (object[key] ?? {}) as Readonly<Record<string, string>>;
}
