// Which of two objects is older: where Istio lets the oldest win. An object's creationTimestamp counts whole seconds, so objects applied
// together are told apart by name, then by namespace. Source: istio/istio:pilot/pkg/model/config.go configCompareByCreationTime at 1.31.
import type { StoredObject } from '../kube/index.ts';
import { Remembered } from './remembered.ts';

/** What age is told by. */
export interface Aged {
  /** Virtual time in microseconds. */
  readonly createdAt: number;
  readonly namespace: string;
  readonly name: string;
}

export function compareAge(a: Aged, b: Aged): number {
  return second(a) - second(b) || compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
}

/** Sorts oldest first. */
export function byAge(a: StoredObject, b: StoredObject): number {
  return compareAge(
    { createdAt: a.createdAt, ...a.resource.metadata },
    { createdAt: b.createdAt, ...b.resource.metadata },
  );
}

const sorted = new Remembered<readonly StoredObject[], readonly StoredObject[]>();

/** Oldest first. Lists never change. */
export function sortedByAge<T extends StoredObject>(objects: readonly T[]): readonly T[] {
  return sorted.get(objects, [], () => [...objects].sort(byAge)) as readonly T[]; // the same objects
}

/** By code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function second({ createdAt }: Aged): number {
  return Math.floor(createdAt / 1_000_000);
}
