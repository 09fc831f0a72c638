// The cluster's objects as kubectl shows them.
import type { Kernel } from '../kernel/index.ts';
import type { StoredObject } from '../kube/index.ts';
import { apiServerType, columnsOf } from '../kube/index.ts';
import { refOf } from '../manifests/index.ts';
import type { Trace } from '../trace/index.ts';
import type { ObjectRow } from './port.ts';

/** What the API server holds now. */
export function storedObjects(kernel: Kernel<Trace>): readonly StoredObject[] {
  const [server] = kernel.all(apiServerType);
  return server?.[1].objects.byKey.values() ?? [];
}

/** What `kubectl get` would list, in the order of kinds and names. */
export function rowsOf(objects: readonly StoredObject[], trace: Trace): readonly ObjectRow[] {
  const rows = objects.map((object): ObjectRow => {
    const { resource, createdAt, status } = object;
    const { apiVersion } = resource;
    return {
      ref: refOf(resource),
      apiVersion,
      createdAt: trace.traceTime(createdAt),
      columns: columnsOf(object),
      ...(status?.kind === 'written' ? { status: status.value } : {}),
    };
  });
  const keyOf = ({ ref }: ObjectRow): string => `${ref.kind}/${ref.namespace}/${ref.name}`;
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
