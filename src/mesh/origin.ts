// From a stored object to the manifest line it came from, as plain data that configurations can carry.
import type { StoredObject } from '../kube/index.ts';
import type { FieldPath } from '../manifests/index.ts';
import { sourceRangeOf } from '../manifests/index.ts';
import type { MaybeOrigin, Origin } from '../trace/index.ts';

// Finding a line in its text takes longer than all else that is compiled; objects live through many pushes.
const known = new WeakMap<StoredObject, Map<string, Origin>>();

/** Where a field of an object stands in somebody's manifests; the whole object without a path. One value for each place. */
export function originOf(object: StoredObject, path: FieldPath = []): Origin {
  let byPath = known.get(object);
  if (byPath === undefined) known.set(object, (byPath = new Map<string, Origin>()));
  const key = path.join('\n');
  let origin = byPath.get(key);
  if (origin === undefined) byPath.set(key, (origin = find(object, path)));
  return origin;
}

function find(object: StoredObject, path: FieldPath): Origin {
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
