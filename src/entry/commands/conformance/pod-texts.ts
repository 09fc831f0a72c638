// The pods that a case's workloads would make, read from the text as `istioctl kube-inject` does: before the API server has
// filled in defaults, and for a CronJob with the metadata of its job template.
import { parseAllDocuments } from 'yaml';
import type { ManifestFile, PodResource, PodSpec } from '../../../manifests/index.ts';
import { isKind, parseManifests } from '../../../manifests/index.ts';
import { field } from './environment.ts';

export interface OwnedPod {
  /** `Kind/name` of what makes it; its own for a pod. */
  readonly owner: string;
  readonly pod: PodResource;
}

/** In the order of the text; the items of a List one by one. What makes no pods is left out. */
export function podsOf(files: readonly ManifestFile[]): readonly OwnedPod[] {
  const documents = files.flatMap(({ text }) =>
    parseAllDocuments(text).map((document) => ('toJS' in document ? (document.toJS() as unknown) : undefined)),
  );
  return documents.flatMap(itemsOf).flatMap(podOf);
}

function itemsOf(document: unknown): readonly unknown[] {
  if (field(document, 'kind') !== 'List') return [document];
  const items = field(document, 'items');
  return Array.isArray(items) ? items : [];
}

function podOf(document: unknown): readonly OwnedPod[] {
  const kind = text(field(document, 'kind'));
  const own = field(document, 'metadata');
  const name = text(field(own, 'name')) || text(field(own, 'generateName'));
  const template = templateOf(kind, document);
  if (template === undefined || field(template.spec, 'containers') === undefined) return [];
  const apiVersion = text(field(document, 'apiVersion'));
  const owners = kind === 'Pod' ? {} : { ownerReferences: [{ apiVersion, kind, name, uid: name, controller: true }] };
  const namespace = text(field(own, 'namespace')) || 'default';
  const metadata = { ...object(template.metadata), name, namespace, ...owners };
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec });
  const { resources } = parseManifests([{ path: `${kind}-${name}.yaml`, text: manifest }], { keepsInvalid: true });
  const pod = resources.find((resource) => isKind(resource, 'Pod'));
  if (pod === undefined || !isKind(pod, 'Pod')) throw new Error(`the pod of ${kind} ${name} cannot be read`);
  // The text's own fields: it fits the pod's schema, or it had not been read above.
  return [{ owner: `${kind}/${name}`, pod: { ...pod, spec: template.spec as PodSpec } }];
}

function templateOf(
  kind: string,
  document: unknown,
): { readonly metadata: unknown; readonly spec: unknown } | undefined {
  const spec = field(document, 'spec');
  if (kind === 'Pod') return { metadata: field(document, 'metadata'), spec };
  const jobTemplate = field(spec, 'jobTemplate');
  const template = jobTemplate === undefined ? field(spec, 'template') : field(field(jobTemplate, 'spec'), 'template');
  if (template === undefined) return undefined;
  return { metadata: field(jobTemplate ?? template, 'metadata'), spec: field(template, 'spec') };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function object(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
