// A lifecycle hook of a container: done once, its result told to the container.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { ProcessEvent } from '../../host/index.ts';
import type { Container, LifecycleHandler } from '../../manifests/index.ts';
import type { CheckEvent, OpenCheck } from './check.ts';
import { beginCheck, checkOf, continueCheck, endCheck } from './check.ts';
import type { ContainerMessage, Subject } from './messages.ts';

export interface Hook {
  readonly subject: Subject;
  readonly container: Container;
  readonly process: EntityId<ProcessEvent>;
  readonly purpose: 'postStart' | 'preStop';
  readonly handler: LifecycleHandler;
  /** The pod's. */
  readonly address: string;
  readonly open: OpenCheck | undefined;
}
export type HookMessage = CheckEvent | { readonly type: 'begin' } | { readonly type: 'end' };

const hookType: EntityType<Hook, HookMessage> = {
  name: 'kube.hook',
  handle(hook, message, ctx) {
    if (message.type === 'begin') {
      const { subject, process, container, purpose } = hook;
      const check = checkOf(hook.handler, container, hook.address);
      return {
        ...hook,
        open: beginCheck(ctx, subject, check, { purpose, process, container, timeoutSeconds: undefined }),
      };
    }
    if (hook.open === undefined) return hook;
    if (message.type === 'end') {
      endCheck(ctx, hook.open);
      return GONE;
    }
    const result = continueCheck(ctx, hook.subject, hook.open, message);
    if (result === undefined) return hook;
    ctx.tell(hook.subject.container as EntityId<ContainerMessage>, {
      type: 'hook-done',
      run: hook.subject.run,
      ...result,
    });
    return GONE;
  },
};

/** Runs a hook. */
export function runHook(ctx: Context, path: string, spec: Omit<Hook, 'open'>): EntityId<HookMessage> {
  const hook = ctx.create(hookType, path, { ...spec, open: undefined });
  ctx.tell(hook, { type: 'begin' });
  return hook;
}
