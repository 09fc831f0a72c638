// The istio-init process: writes the redirect rules of its pod's network namespace and exits.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { NetnsId, ProcessEvent, ProcessInfo } from '../../host/index.ts';
import { endProcess } from '../../host/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { RedirectOptions } from '../cni/index.ts';
import { redirectRules } from '../cni/index.ts';
import { initRun } from './facts.ts';

export interface Init {
  readonly info: ProcessInfo;
  readonly options: RedirectOptions;
}

export type InitMessage = ProcessEvent | { readonly type: 'write' };

const initType: EntityType<Init, InitMessage> = {
  name: 'istio-init.process',
  handle(init, message, ctx) {
    const { info } = init;
    switch (message.type) {
      case 'start':
        recordCause(ctx, 'process', {
          process: ctx.self,
          netns: info.netns,
          program: info.program,
          event: 'started',
          detail: '',
        });
        ctx.schedule(initRun, ctx.self as EntityId<InitMessage>, { type: 'write' });
        return init;
      case 'write':
        ctx.tell(info.netns as NetnsId, { type: 'rules', set: 'istio-init', rules: redirectRules(init.options) });
        endProcess(ctx, info, 0);
        return GONE;
      case 'signal':
        endProcess(ctx, info, message.signal === 'KILL' ? 137 : 143);
        return GONE;
      default:
        return init;
    }
  },
};

export function createInit(ctx: Context, path: string, init: Init): EntityId<ProcessEvent> {
  return ctx.create(initType, path, init);
}
