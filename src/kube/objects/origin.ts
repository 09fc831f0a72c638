// The way from an object to the manifest line behind it, as records carry it.
import type { Resource } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';

const nowhere: MaybeOrigin = {};
const origins = new WeakMap<Resource, MaybeOrigin>();

/** Where a resource stands in somebody's text; {} for what the cluster made from nothing. One value per resource: records share it. */
export function originOf(resource: Resource, revision: number): MaybeOrigin {
  if (resource.source.path === '') return nowhere;
  let origin = origins.get(resource);
  if (origin?.revision !== revision) {
    const { start, end } = resource.source.range;
    const { namespace, name } = resource.metadata;
    const range = [start.line, start.column, end.line, end.column] as const;
    origin = { kind: resource.kind, namespace, name, path: resource.source.path, revision, range };
    origins.set(resource, origin);
  }
  return origin;
}
