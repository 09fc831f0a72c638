// The cluster of one case: what was applied and deleted so far, and the objects that are there now.
// Read once asked for, so that a step that needs only the texts pays for nothing else.
import { experimentalChannel } from '../../../manifests/experimental.ts';
import { instant } from '../../../kernel/index.ts';
import type { StoredObject } from '../../../kube/index.ts';
import { newObject } from '../../../kube/index.ts';
import type { ManifestFile, Resource, ResourceOf, ResourceRef, TypedKind } from '../../../manifests/index.ts';
import { identityOf, isKind, parseManifests } from '../../../manifests/index.ts';

export type Change =
  | { readonly kind: 'apply'; readonly files: readonly ManifestFile[] }
  | { readonly kind: 'delete'; readonly ref: ResourceRef };

/** Objects as the API server holds them. Cases hold objects that no API server saw: what a rule refuses is kept if it fits its types. */
export class ConformanceCluster {
  /** From the first apply on: what a run acts out again. */
  readonly changes: readonly Change[];
  #objects: readonly StoredObject[] | undefined;

  constructor(changes: readonly Change[]) {
    this.changes = changes;
  }

  /** The cluster after one more change. */
  after(change: Change): ConformanceCluster {
    return new ConformanceCluster([...this.changes, change]);
  }

  /** In the order they were first applied. */
  objects(): readonly StoredObject[] {
    this.#objects ??= stored(this.changes);
    return this.#objects;
  }

  objectsOf<K extends TypedKind>(kind: K): readonly StoredObject<ResourceOf<K>>[] {
    return this.objects().filter((object): object is StoredObject<ResourceOf<K>> => isKind(object.resource, kind));
  }

  /** The object of that kind and name; a namespace is not asked of an object that has none. */
  object({ kind, namespace, name }: ResourceRef): StoredObject | undefined {
    return this.objects().find(
      ({ resource: { kind: itsKind, metadata } }) =>
        itsKind === kind && metadata.name === name && (metadata.namespace === namespace || metadata.namespace === ''),
    );
  }
}

/** The texts of one apply as files with names of their own. */
export function filesOf(texts: readonly string[], apply: number): readonly ManifestFile[] {
  return texts.map((text, index) => ({ path: `apply-${apply}/manifest-${index}.yaml`, text }));
}

function stored(changes: readonly Change[]): readonly StoredObject[] {
  const byIdentity = new Map<string, Resource>();
  for (const change of changes) {
    if (change.kind === 'apply') {
      const { resources } = parseManifests(change.files, {
        keepsInvalid: true,
        gatewayApiChannel: experimentalChannel,
      });
      for (const resource of resources) byIdentity.set(identityOf(resource), resource);
    } else {
      for (const [identity, { kind, metadata }] of byIdentity)
        if (
          kind === change.ref.kind &&
          metadata.name === change.ref.name &&
          (metadata.namespace === '' || metadata.namespace === change.ref.namespace)
        )
          byIdentity.delete(identity);
    }
  }
  const resources = [...byIdentity.values()];
  const stamps = resources.map(stampOf).filter((stamp) => stamp !== undefined);
  const first = Math.min(...stamps);
  return resources.map((resource, index) => {
    const stamp = stampOf(resource);
    return newObject(resource, {
      uid: resource.metadata.uid ?? String(index),
      resourceVersion: index,
      // Whatever states no time of creation is older than whatever does, as Go's zero time is: by a second, which ages are told in.
      createdAt: instant(stamp === undefined ? 0 : (stamp - first + 1_000) * 1_000),
    });
  });
}

/** Milliseconds of its creationTimestamp. */
function stampOf({ metadata }: Resource): number | undefined {
  const stamp = metadata.creationTimestamp === undefined ? NaN : Date.parse(metadata.creationTimestamp);
  return Number.isNaN(stamp) ? undefined : stamp;
}
