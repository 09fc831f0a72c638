// What stands in an object's status: what a controller wrote last, else what the manifest states.
import type { StoredObject } from '../../kube/index.ts';
import type { JsonValue } from '../../manifests/index.ts';
import { type Condition, conditionsAt, itemsAt, textAt } from './conditions.ts';

export interface Address {
  /** `IPAddress` or `Hostname`. */
  readonly type: string;
  readonly value: string;
}

export function writtenStatus({ resource, status }: StoredObject): JsonValue | undefined {
  return status?.kind === 'written' ? status.value : resource.object['status'];
}

/** The addresses of a Gateway. */
export function writtenAddresses(object: StoredObject): readonly Address[] {
  return itemsAt(writtenStatus(object), 'addresses').map((item) => ({
    type: textAt(item, 'type') ?? 'IPAddress',
    value: textAt(item, 'value') ?? '',
  }));
}

export function writtenConditions(object: StoredObject): readonly Condition[] {
  return conditionsAt(writtenStatus(object));
}
