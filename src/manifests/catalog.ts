// Every kind the cluster knows: Kubernetes' own, from the generated schemas, and those of CRDs, which whoever looks hands in (crds.ts).

import { builtInKinds } from './kinds/built-in.ts';
import type { KindDefinition } from './kinds/definition.ts';
import { nearestName } from './near-name.ts';
import { findRemovedVersion, type RemovedVersion } from './removed-versions.ts';
import kubernetesFile from './schemas/kubernetes.json';
import type { KindSchema, SchemaFile, SchemaNode, Scope } from './structural/schema.ts';

export type Origin = 'kubernetes' | 'istio' | 'gateway-api';

export interface KnownKind {
  readonly origin: Origin;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly scope: Scope;
  readonly schema: SchemaNode;
  readonly definitions: readonly SchemaNode[];
  /** Absent: a kind without checks of its own. */
  readonly statement: KindDefinition | undefined;
}

export type Lookup =
  | { readonly found: 'known'; readonly kind: KnownKind }
  | { readonly found: 'removed'; readonly removed: RemovedVersion }
  /** The kind exists, in other versions; `instead` is the preferred one. */
  | { readonly found: 'no-such-version'; readonly instead: string }
  /** The group belongs to the cluster, but has no such kind. */
  | { readonly found: 'no-such-kind'; readonly near: string | undefined }
  /** A group nothing is known about: some CRD the person has installed. */
  | { readonly found: 'unknown' };

interface CatalogEntry {
  readonly origin: Origin;
  readonly schema: KindSchema;
  readonly definitions: readonly SchemaNode[];
  readonly statement: KindDefinition | undefined;
}

type KindsOfGroup = ReadonlyMap<string, CatalogEntry>;

/** The kinds that CRDs bring to one API group; undefined when the cluster has no CRD of that group. */
export type Crds = (group: string) => KindsOfGroup | undefined;

/** A cluster that has the CRDs of one channel of the Gateway API. */
export interface GatewayApiChannel {
  /** Tells one from another. */
  readonly name: 'standard' | 'experimental';
  readonly crds: Crds;
}

// Written by tests/tools/generate-schemas.ts in exactly this shape; a test reads every node of it.
export const kubernetesSchemas = kubernetesFile as unknown as SchemaFile;

/** The schema of `metadata`, with the definitions it refers to. */
export const metadataSchema: SchemaNode = kubernetesSchemas.metadata ?? 'any';
export const metadataDefinitions: readonly SchemaNode[] = kubernetesSchemas.definitions;

const builtIn = catalogOf('kubernetes', kubernetesSchemas, builtInKinds);

/** Group -> kind -> its schema from `file`, with what is stated of it besides. */
export function catalogOf(
  origin: Origin,
  { kinds, definitions }: SchemaFile,
  statements: readonly KindDefinition[],
): ReadonlyMap<string, KindsOfGroup> {
  const catalog = new Map<string, Map<string, CatalogEntry>>();
  for (const schema of kinds) {
    const { group, kind } = schema;
    const known = catalog.get(group) ?? new Map<string, CatalogEntry>();
    const statement = statements.find((one) => one.group === group && one.kind === kind);
    known.set(kind, { origin, schema, definitions, statement });
    catalog.set(group, known);
  }
  return catalog;
}

/** Kinds come and go in the experimental Gateway API, so one that is not listed may well be installed. */
const openGroups = new Set(['gateway.networking.x-k8s.io']);

export function lookUpKind(apiVersion: string, kind: string, crds: Crds): Lookup {
  const { group, version } = splitApiVersion(apiVersion);
  const kinds = builtIn.get(group) ?? crds(group);
  const entry = kinds?.get(kind);
  const schema = entry?.schema.versions.find(([name]) => name === version)?.[1];
  if (entry && schema !== undefined) {
    const { scope } = entry.schema;
    const { origin, definitions, statement } = entry;
    return { found: 'known', kind: { origin, group, version, kind, scope, schema, definitions, statement } };
  }
  const removed = findRemovedVersion(apiVersion, kind);
  if (removed) return { found: 'removed', removed };
  if (entry) {
    const preferred = entry.schema.versions[0]?.[0] ?? version;
    return { found: 'no-such-version', instead: joinApiVersion(group, preferred) };
  }
  if (kinds && !openGroups.has(group)) return { found: 'no-such-kind', near: nearestName(kind, kinds.keys()) };
  return { found: 'unknown' };
}

/** The API version a kind of Kubernetes' own would have, for a document with the wrong group. */
export function homeOfKind(kind: string): string | undefined {
  for (const [group, kinds] of builtIn) {
    const entry = kinds.get(kind);
    if (entry) return joinApiVersion(group, entry.schema.versions[0]?.[0] ?? 'v1');
  }
  return undefined;
}

/** `apps/v1` is group `apps`, version `v1`; `v1` is the core group, ''. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function joinApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
