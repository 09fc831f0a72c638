// The objects of a kind out of all that istiod knows. A list is the very one that stood there before while none of its objects came, went
// or changed, so that what was made of it can be known again.
import type { StoredObject } from '../kube/index.ts';
import type { ResourceOf, TypedKind } from '../manifests/index.ts';
import { isKind } from '../manifests/index.ts';
import { isSameList } from './remembered.ts';

type Objects = readonly StoredObject[];

/** Of one name there may be kinds of several groups. */
const named = new WeakMap<Objects, ReadonlyMap<string, Objects>>();
const typed = new WeakMap<Objects, Map<TypedKind, Objects>>();

/** Objects of a simulated kind, in the given order. */
export function ofKind<K extends TypedKind>(objects: Objects, kind: K): readonly StoredObject<ResourceOf<K>>[] {
  const list = ofKindNamed(objects, kind === 'IstioGateway' ? 'Gateway' : kind);
  let byKind = typed.get(list);
  if (byKind === undefined) typed.set(list, (byKind = new Map<TypedKind, Objects>()));
  let own = byKind.get(kind);
  if (own === undefined) byKind.set(kind, (own = list.filter(({ resource }) => isKind(resource, kind))));
  return own as readonly StoredObject<ResourceOf<K>>[]; // filtered by isKind
}

/** Objects of whatever group whose kind has this name. */
export function ofKindNamed(objects: Objects, kind: string): Objects {
  return listsOf(objects).get(kind) ?? none;
}

const none: Objects = [];

/** Objects as they are now: `before`, where nothing is new, else with the lists of `before` for the kinds of which nothing is. */
export function following(before: Objects | undefined, objects: Objects): Objects {
  if (before === undefined) return objects;
  if (isSameList(before, objects)) return before;
  const old = listsOf(before);
  const replaced = replacements(before, objects);
  if (replaced !== undefined) {
    named.set(objects, withReplaced(old, replaced));
    return objects;
  }
  const lists = grouped(objects);
  for (const [kind, list] of lists) {
    const same = old.get(kind);
    if (same !== undefined && isSameList(same, list)) lists.set(kind, same);
  }
  named.set(objects, lists);
  return objects;
}

/** Objects that were changed, with what each is now; undefined where any came or went. No object stands twice. */
function replacements(before: Objects, objects: Objects): ReadonlyMap<StoredObject, StoredObject> | undefined {
  if (before.length !== objects.length) return undefined;
  const replaced = new Map<StoredObject, StoredObject>();
  for (const [index, object] of objects.entries()) {
    const old = before[index];
    if (old === object) continue;
    if (old === undefined || old.resource.kind !== object.resource.kind) return undefined;
    replaced.set(old, object);
  }
  return replaced.size > replacedMax ? undefined : replaced;
}

/** More is grouped as quickly. */
const replacedMax = 100;

function withReplaced(
  old: ReadonlyMap<string, Objects>,
  replaced: ReadonlyMap<StoredObject, StoredObject>,
): Map<string, Objects> {
  const lists = new Map(old);
  for (const kind of new Set([...replaced.keys()].map(({ resource }) => resource.kind)))
    lists.set(
      kind,
      (old.get(kind) ?? none).map((object) => replaced.get(object) ?? object),
    );
  return lists;
}

function listsOf(objects: Objects): ReadonlyMap<string, Objects> {
  let lists = named.get(objects);
  if (lists === undefined) named.set(objects, (lists = grouped(objects)));
  return lists;
}

function grouped(objects: Objects): Map<string, Objects> {
  const lists = new Map<string, StoredObject[]>();
  let last: StoredObject[] = [];
  for (const object of objects) {
    const { kind } = object.resource;
    // Sorted by key, those of a kind stand together.
    if (last[0]?.resource.kind === kind) last.push(object);
    else {
      const list = lists.get(kind);
      if (list === undefined) lists.set(kind, (last = [object]));
      else (last = list).push(object);
    }
  }
  return lists;
}
