// The processes of a pod, for whoever acts on them from outside: faults, a person at the node.
import type { AnyEntityId, Context, EntityId } from '../../kernel/index.ts';
import type { ProcessEvent } from '../../host/index.ts';
import { containerType } from './container.ts';
import { podType } from './pod.ts';

/** What a kubelet keeps below a process's path: it asks and runs them, whatever the process does. */
export const kubeletParts: readonly string[] = [
  'startup-probe',
  'liveness-probe',
  'readiness-probe',
  'postStart',
  'preStop',
];

export interface PodProcess {
  readonly container: string;
  readonly process: EntityId<ProcessEvent>;
}

/** The entity of a pod on its node; undefined before its kubelet knows it and after it is gone. */
export function podEntityOf(ctx: Context, uid: string): AnyEntityId | undefined {
  return ctx.find(podType, uid);
}

/** The processes that run in a pod's containers now, in start order. */
export function processesOf(ctx: Context, uid: string): readonly PodProcess[] {
  const pod = ctx.find(podType, uid);
  const containers = pod === undefined ? [] : (ctx.read(podType, pod)?.containers ?? []);
  return containers.flatMap((id) => {
    const value = id === undefined ? undefined : ctx.read(containerType, id);
    return value?.process === undefined ? [] : [{ container: value.spec.name, process: value.process }];
  });
}
