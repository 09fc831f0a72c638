// A compiled configuration that says what an earlier one said is that earlier one: so whoever holds it sees at a glance that nothing
// is new to it, and a long run keeps each configuration once. Configurations are plain data and never change.

/**
 * `next`, or `before` when they say the same; else `next` with those of its parts that say the same taken from `before`. A part that is
 * a list (listeners, clusters) is taken item by item.
 */
export function reuse(before: object | undefined, next: object): object {
  if (before === undefined || before === next) return next;
  const known = reused.get(next);
  if (known?.before === before) return known.result;
  const result = reuseParts(before, next);
  reused.set(next, { before, result });
  return result;
}

/** Configuration -> the one it followed last, and what it became: in a search the same follows the same again and again. */
const reused = new WeakMap<object, { readonly before: object; readonly result: object }>();

function reuseParts(before: object, next: object): object {
  const parts = Object.entries(next);
  const earlier = before as Readonly<Record<string, unknown>>; // any object may be asked for its fields
  const shared = parts.map(([name, part]) => [name, reusePart(earlier[name], part)] as const);
  const isSame =
    Object.keys(before).length === parts.length &&
    shared.every(([name, part]) => name in before && Object.is(part, earlier[name]));
  return isSame ? before : Object.fromEntries(shared);
}

function reusePart(before: unknown, part: unknown): unknown {
  if (!Array.isArray(before) || !Array.isArray(part)) return isSamePart(before, part) ? before : part;
  const [old, now] = [before, part] as readonly (readonly unknown[])[]; // narrowed by isArray
  if (old === undefined || now === undefined) return part;
  // Items have names: what stands before one may have come or gone.
  const byName = old.length === now.length ? undefined : new Map(old.map((item) => [nameOf(item), item]));
  const items = now.map((item, index) => {
    const same = byName === undefined ? old[index] : byName.get(nameOf(item));
    return isSamePart(same, item) ? same : item;
  });
  return old.length === now.length && items.every((item, index) => Object.is(item, old[index])) ? old : items;
}

function nameOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
}

/** Part -> the earlier one it was held against last, and what came of it: proxies have most listeners and clusters in common. */
const compared = new WeakMap<object, { readonly before: object; readonly isSame: boolean }>();

function isSamePart(before: unknown, part: unknown): boolean {
  if (before === part) return true;
  if (typeof before !== 'object' || typeof part !== 'object' || before === null || part === null)
    return Object.is(before, part);
  const known = compared.get(part);
  if (known?.before === before) return known.isSame;
  const isSame = isSameData(before, part);
  compared.set(part, { before, isSame });
  return isSame;
}

/** Whether two plain values say the same. Anything else than data is the same only as itself. */
function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index += 1) if (!isSameData(a[index], b[index])) return false;
    return true;
  }
  if (a instanceof Map) return b instanceof Map && a.size === b.size && isSameData([...a].flat(1), [...b].flat(1));
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.prototype || Object.getPrototypeOf(b) !== prototype) return false;
  const names = Object.keys(a);
  const others = Object.keys(b);
  if (names.length !== others.length) return false;
  const left = a as Readonly<Record<string, unknown>>; // any object may be asked for its fields
  const right = b as Readonly<Record<string, unknown>>;
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] ?? '';
    // Made by the same code, they have their fields in the same order.
    if (name !== others[index] && !Object.hasOwn(b, name)) return false;
    if (!isSameData(left[name], right[name])) return false;
  }
  return true;
}
