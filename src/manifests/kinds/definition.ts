// What a kind adds to its schema: checks, and when it is simulated, defaults and a typed view.

import type { JsonObject } from '../json.ts';
import type { NameRule } from '../names.ts';
import type { Report } from '../report.ts';
import type { ObjectMeta, Resource } from '../resource.ts';
import type { SimulatedResource } from './simulated.ts';

/** The fields a typed resource has beyond any resource. */
export type FieldsOf<R extends SimulatedResource> = Omit<R, keyof Resource>;

/** What a kind's folder states. */
export interface KindStatement<R extends SimulatedResource> {
  readonly group: string;
  readonly kind: R['kind'];
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
type SpecKindStatement<R extends SimulatedResource & { readonly spec: object }> = Omit<
  KindStatement<R>,
  'fields' | 'validate'
> & {
  readonly validate: (spec: R['spec'], report: Report, metadata: ObjectMeta) => void;
};

/** What the folder of a kind states that is checked, but not simulated. */
export interface AcceptedKindStatement<S extends object> {
  readonly group: string;
  readonly kind: string;
  /** Reports what istiod's webhook refuses or warns of. `S`: the kind's `spec`, {} when absent; it fits its schema. */
  readonly validate: (spec: S, report: Report, metadata: ObjectMeta) => void;
}

/** A statement without its type, as the list holds it. */
export interface KindDefinition {
  readonly group: string;
  readonly kind: string;
  readonly support: 'simulated' | 'accepted';
  readonly nameRule: NameRule;
  readonly defaults: (object: JsonObject) => JsonObject;
  readonly fields: (object: JsonObject) => object;
  readonly validate: (object: JsonObject, report: Report, metadata: ObjectMeta) => void;
}

export function defineKind<R extends SimulatedResource>(statement: KindStatement<R>): KindDefinition {
  const { group, kind, nameRule = 'dns-subdomain', defaults, fields, validate } = statement;
  return {
    group,
    kind,
    support: 'simulated',
    nameRule,
    defaults,
    fields,
    validate: (object, report, metadata) => validate(fields(object), report, metadata),
  };
}

export function defineSpecKind<R extends SimulatedResource & { readonly spec: object }>(
  statement: SpecKindStatement<R>,
): KindDefinition {
  // The object has been held against its schema and defaulted: that makes its spec what its type says.
  const specOf = (object: JsonObject): R['spec'] => (object['spec'] ?? {}) as unknown as R['spec'];
  const { group, kind, nameRule = 'dns-subdomain', defaults, validate } = statement;
  return {
    group,
    kind,
    support: 'simulated',
    nameRule,
    defaults,
    fields: (object) => ({ spec: specOf(object) }),
    validate: (object, report, metadata) => validate(specOf(object), report, metadata),
  };
}

/** A kind the engine does not act on. Istio's CRDs have no defaults: what is absent means what its reader takes it for. */
export function defineAcceptedKind<S extends object>(statement: AcceptedKindStatement<S>): KindDefinition {
  const { group, kind, validate } = statement;
  return {
    group,
    kind,
    support: 'accepted',
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
