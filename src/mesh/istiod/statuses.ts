// The statuses istiod writes, as messages to the API server: only those that say something new.
// Source: istio/istio:pilot/pkg/status/collections.go at 1.31. Simplified: written with each push, not as soon as a watch tells of a change.
import type { Instant } from '../../kernel/index.ts';
import type { ApiMessage, StoredObject } from '../../kube/index.ts';
import type { JsonObject, JsonValue } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';

type StatusWrite = Extract<ApiMessage, { readonly type: 'status' }>;

/** A status that an object should have. */
interface Wanted {
  readonly object: StoredObject;
  readonly value: { readonly status: object };
}

export function statusWrites(wanted: readonly Wanted[], now: Instant): readonly StatusWrite[] {
  return wanted.flatMap(({ object, value }): readonly StatusWrite[] => {
    const { resource, uid } = object;
    const known = object.status?.kind === 'written' ? object.status.value : undefined;
    if (known !== undefined && equal.get(value.status) === known) return [];
    const status = stamped(value.status as JsonObject, now); // a status is plain data
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(status)) {
      equal.set(value.status, known);
      return [];
    }
    const written = { kind: 'written', value: status } as const;
    return [{ type: 'status', ref: refOf(resource), status: written, actor: 'istiod', uid }];
  });
}

/** Wanted -> the written one that says the same. */
const equal = new WeakMap<object, JsonObject>();

/** Every condition that has no time yet changed just now. */
function stamped(value: JsonObject, now: Instant): JsonObject {
  const stamp = (key: string, field: JsonValue): JsonValue => {
    if (!Array.isArray(field)) return field;
    return field.map((item: JsonValue): JsonValue => {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
      const own = stamped(item as JsonObject, now);
      return key === 'conditions' ? { ...own, lastTransitionTime: own['lastTransitionTime'] ?? now } : own;
    });
  };
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, stamp(key, field)]));
}
