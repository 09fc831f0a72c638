// metadata: the part every object shares.

import { get, isObject, type JsonObject, type JsonValue } from './json.ts';
import { checkLabels, checkName, isQualifiedName, type NameRule } from './names.ts';
import type { Report } from './report.ts';
import type { ObjectMeta, OwnerReference } from './resource.ts';
import { shown } from './structural/wrong-value.ts';

/** Bytes of all annotations together. Source: kubernetes/apimachinery:pkg/api/validation/objectmeta.go TotalAnnotationSizeLimitB. */
const annotationsMax = 262_144;

/** Checks names, labels and annotations of metadata that fits its schema. */
export function validateMetadata(metadata: ObjectMeta, report: Report, rule: NameRule): void {
  checkName(report, ['metadata', 'name'], metadata.name, rule);
  if (metadata.namespace !== '') checkName(report, ['metadata', 'namespace'], metadata.namespace, 'dns-label');
  checkLabels(report, ['metadata', 'labels'], metadata.labels);
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations)) {
    size += key.length + value.length;
    if (isQualifiedName(key.toLowerCase())) continue;
    report.add('not-label-key', ['metadata', 'annotations', key], { value: shown(key) }, { aim: 'key' });
  }
  if (size > annotationsMax) {
    report.add('too-long', ['metadata', 'annotations'], { length: size, limit: annotationsMax }, { aim: 'key' });
  }
}

/** The typed view. `namespace` is '' for a cluster-scoped kind whatever the document says, as in the API server. */
export function metadataOf(metadata: JsonObject, namespace: string): ObjectMeta {
  const text = (key: string): string | undefined => {
    const value = get(metadata, key);
    return typeof value === 'string' ? value : undefined;
  };
  const generation = get(metadata, 'generation');
  const creationTimestamp = text('creationTimestamp');
  const uid = text('uid');
  const finalizers = get(metadata, 'finalizers');
  const owners = get(metadata, 'ownerReferences');
  return {
    name: text('name') ?? '',
    namespace,
    labels: textMap(get(metadata, 'labels')),
    annotations: textMap(get(metadata, 'annotations')),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(uid !== undefined && { uid }),
    ...(typeof generation === 'number' && { generation }),
    // Both fit their schema, which has just been checked.
    ...(finalizers !== undefined && { finalizers: finalizers as readonly string[] }),
    ...(owners !== undefined && { ownerReferences: owners as unknown as readonly OwnerReference[] }),
  };
}

function textMap(value: JsonValue | undefined): Readonly<Record<string, string>> {
  return isObject(value) ? (value as Readonly<Record<string, string>>) : {}; // fits its schema: a map of texts
}
