// Every kind the cluster knows, from the generated schemas: Kubernetes' own, Istio's and the Gateway API's.

import { nearestName } from './near-name.ts';
import { findRemovedVersion, type RemovedVersion } from './removed-versions.ts';
import gatewayApiFile from './schemas/gateway-api.json';
import istioFile from './schemas/istio.json';
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

/** The kinds of a cluster that has the CRDs of one channel of the Gateway API. */
export interface GatewayApiChannel {
  /** Tells one from another. */
  readonly name: 'standard' | 'experimental';
  readonly kinds: Catalog;
}

// The files are written by tests/tools/generate-schemas.ts in exactly this shape; a test reads every node of them.
const kubernetes = kubernetesFile as unknown as SchemaFile;
const istio = istioFile as unknown as SchemaFile;
const gatewayApi = gatewayApiFile as unknown as SchemaFile;

interface CatalogEntry {
  readonly origin: Origin;
  readonly schema: KindSchema;
  readonly definitions: readonly SchemaNode[];
}

/** Group -> kind. */
type Catalog = ReadonlyMap<string, ReadonlyMap<string, CatalogEntry>>;

/** The default: also knows the kinds and versions that only the experimental channel serves, but not the experimental fields of the others. */
export const standardChannel: GatewayApiChannel = { name: 'standard', kinds: catalogOf(gatewayApi) };

/** The experimental channel, whose CRDs have a door of their own: `manifests/experimental`. */
export function experimentalChannelOf(file: SchemaFile): GatewayApiChannel {
  return { name: 'experimental', kinds: catalogOf(file) };
}

/** Kinds come and go in the experimental Gateway API, so one that is not listed may well be installed. */
const openGroups = new Set(['gateway.networking.x-k8s.io']);

/** The schema of `metadata`, with the definitions it refers to. */
export const metadataSchema: SchemaNode = kubernetes.metadata ?? 'any';
export const metadataDefinitions: readonly SchemaNode[] = kubernetes.definitions;

/** What a cluster serves unless somebody says otherwise. */
export const schemaFiles: readonly SchemaFile[] = [kubernetes, istio, gatewayApi];

function catalogOf(gatewayApiKinds: SchemaFile): Catalog {
  const catalog = new Map<string, Map<string, CatalogEntry>>();
  const files = [
    ['kubernetes', kubernetes],
    ['istio', istio],
    ['gateway-api', gatewayApiKinds],
  ] as const;
  for (const [origin, file] of files) {
    for (const schema of file.kinds) {
      const kinds = catalog.get(schema.group) ?? new Map<string, CatalogEntry>();
      kinds.set(schema.kind, { origin, schema, definitions: file.definitions });
      catalog.set(schema.group, kinds);
    }
  }
  return catalog;
}

export function lookUpKind(apiVersion: string, kind: string, channel: GatewayApiChannel): Lookup {
  const { group, version } = splitApiVersion(apiVersion);
  const kinds = channel.kinds.get(group);
  const entry = kinds?.get(kind);
  const schema = entry?.schema.versions.find(([name]) => name === version)?.[1];
  if (entry && schema !== undefined) {
    const { scope } = entry.schema;
    const { origin, definitions } = entry;
    return { found: 'known', kind: { origin, group, version, kind, scope, schema, definitions } };
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
  for (const [group, kinds] of standardChannel.kinds) {
    const entry = kinds.get(kind);
    if (entry?.origin === 'kubernetes') return joinApiVersion(group, entry.schema.versions[0]?.[0] ?? 'v1');
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
