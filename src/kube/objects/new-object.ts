// An object as the API server holds it at first: nobody has deleted it or written a status yet.
import type { Resource } from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';

type Given = 'uid' | 'resourceVersion' | 'createdAt';
type Usual = 'owner' | 'revision' | 'incarnation' | 'place';

/** By default it came with the first manifests, nobody owns it, none of its name was there before, and its pod is the first. */
export function newObject<R extends Resource>(
  resource: R,
  fields: Pick<StoredObject, Given> & Partial<Pick<StoredObject, Usual>>,
): StoredObject<R> {
  return {
    resource,
    owner: undefined,
    revision: 1,
    incarnation: 0,
    place: 0,
    ...fields,
    deletedAt: undefined,
    deletionGracePeriodSeconds: undefined,
    status: undefined,
  };
}
