// A pod as a workload controller makes it: the template, a name, an owner.
import type {
  DaemonSetResource,
  JobResource,
  PodResource,
  PodSpec,
  ReplicaSetResource,
  StatefulSetResource,
} from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';
import { apiVersionOf, makeResource, metadata, templateSource } from './made-resource.ts';

export type PodOwner = ReplicaSetResource | StatefulSetResource | DaemonSetResource | JobResource;

export interface PodMaking {
  readonly name: string;
  /** Added to the template's. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Replaces fields of the template's spec. */
  readonly spec?: Partial<PodSpec>;
}

/** The pod of a workload's template. Its source is the template's place in the workload's text. */
export function podFromTemplate(owner: StoredObject<PodOwner>, making: PodMaking): PodResource {
  const { resource } = owner;
  const { template } = resource.spec;
  const meta = metadata(resource.metadata.namespace, making.name, {
    labels: { ...template.metadata.labels, ...making.labels },
    annotations: { ...template.metadata.annotations, ...making.annotations },
    ownerReferences: [ownerReference(owner)],
  });
  const spec = making.spec === undefined ? template.spec : { ...template.spec, ...making.spec };
  return makeResource('Pod', meta, { spec }, templateSource(resource.source));
}

/** The owner's reference as it stands in the metadata of what it owns. */
export function ownerReference(owner: StoredObject) {
  const { kind, metadata: meta } = owner.resource;
  return {
    apiVersion: apiVersionOf(kind),
    kind,
    name: meta.name,
    uid: owner.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
