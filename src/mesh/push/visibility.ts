// Who sees a configuration (`exportTo`): everybody (`*`), its own namespace (`.`), nobody (`~`), or the namespaces named.
// Source: istio/istio:pkg/config/visibility, pilot/pkg/model/push_context.go at 1.31.

export interface Exported {
  readonly namespace: string;
  /** Empty: the mesh's default, everybody. */
  readonly exportTo: readonly string[];
}

export type Reach = 'public' | 'named' | 'nobody';

export function reachOf({ exportTo }: Exported): Reach {
  if (exportTo.length === 0 || exportTo.includes('*')) return 'public';
  return exportTo.includes('~') ? 'nobody' : 'named';
}

/** Whether clients of a namespace see it. */
export function isVisibleTo(exported: Exported, namespace: string): boolean {
  const reach = reachOf(exported);
  return reach === 'public' || (reach === 'named' && isNamed(exported, namespace));
}

function isNamed({ namespace: own, exportTo }: Exported, namespace: string): boolean {
  return exportTo.includes(namespace) || (own === namespace && exportTo.includes('.'));
}
