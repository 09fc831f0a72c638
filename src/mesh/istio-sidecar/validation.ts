// The istio-validation process: looks whether its pod's traffic is redirected, for a few seconds, and fails if it is not.
// Source: istio/istio:tools/istio-iptables/pkg/validation/validator.go at 1.31. Simplified: its probe is not sent, its rules are looked at.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import { endProcess, evaluateRules, netnsType } from '../../host/index.ts';
import { recordCause } from '../../trace/index.ts';
import { validationFailed, validationLooksMax, validationPoll } from '../cni/index.ts';
import { initRun } from './facts.ts';

interface Validation {
  readonly info: ProcessInfo;
  readonly looks: number;
}

type ValidationMessage = ProcessEvent | { readonly type: 'look' };

const validationType: EntityType<Validation, ValidationMessage> = {
  name: 'istio-validation.process',
  handle(validation, message, ctx) {
    const { info, looks } = validation;
    const self = ctx.self as EntityId<ValidationMessage>;
    switch (message.type) {
      case 'start': {
        const { netns, program } = info;
        recordCause(ctx, 'process', { process: self, netns, program, event: 'started', detail: '' });
        ctx.schedule(initRun, self, { type: 'look' });
        return validation;
      }
      case 'look':
        if (isRedirected(ctx, info) || looks >= validationLooksMax) {
          endProcess(ctx, info, isRedirected(ctx, info) ? 0 : validationFailed);
          return GONE;
        }
        ctx.schedule(validationPoll, self, { type: 'look' });
        return { ...validation, looks: looks + 1 };
      case 'signal':
        endProcess(ctx, info, message.signal === 'KILL' ? 137 : 143);
        return GONE;
      default:
        return validation;
    }
  },
};

/** Whether what it would send to 127.0.0.6:15002 came to the port of a proxy. */
function isRedirected(ctx: Context, { netns, uid }: ProcessInfo): boolean {
  const { rule } = evaluateRules(ctx.read(netnsType, netns)?.rules ?? [], {
    hook: 'OUTPUT',
    source: '127.0.0.1',
    destination: { ip: '127.0.0.6', port: 15_002 },
    uid,
    mark: 0,
    viaLoopback: true,
  });
  return rule !== undefined && rule.action !== 'accept';
}

export function createValidation(ctx: Context, path: string, info: ProcessInfo): EntityId<ProcessEvent> {
  return ctx.create(validationType, path, { info, looks: 0 });
}
