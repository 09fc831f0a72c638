// From a stored object to the manifest line it came from, as plain data that configurations can carry.
import type { StoredObject } from '../kube/index.ts';
import type { FieldPath } from '../manifests/index.ts';
import { sourceRangeOf } from '../manifests/index.ts';
import type { MaybeOrigin, Origin } from '../trace/index.ts';

/** Where a field of an object stands in somebody's manifests; the whole object without a path. */
export function originOf(object: StoredObject, path: FieldPath = []): Origin {
  const { resource, revision } = object;
  const { path: file, range } = sourceRangeOf(resource, path);
  return {
    kind: resource.kind,
    namespace: resource.metadata.namespace,
    name: resource.metadata.name,
    path: file,
    revision,
    range: [range.start.line, range.start.column, range.end.line, range.end.column],
  };
}

/** The origin, where there is one. */
export function knownOrigin(origin: MaybeOrigin): Origin | undefined {
  return 'path' in origin ? (origin as Origin) : undefined; // only a full origin has a path
}
