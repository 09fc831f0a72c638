// A target of a load balancer: acts out its machine, and looks at what it stands for as health checks do.
import type { Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { exactly, GONE } from '../../kernel/index.ts';
import type { Address, Place } from '../../host/index.ts';
import { formatAddress, resetFlows, wouldAccept } from '../../host/index.ts';
import { beginLife, stepLife } from '../../trace/index.ts';
import { balancerCheck, balancerDrain } from './facts.ts';
import type { BalancerMessage, TargetMessage, TargetState } from './messages.ts';
import type { BalancerSettings } from './settings.ts';
import type { TargetCommand, TargetEvent, TargetFacts } from './target.machine.ts';
import { targetMachine } from './target.machine.ts';

interface Target {
  /** Undefined until `begin`. */
  readonly life: Life<TargetFacts> | undefined;
  readonly balancer: EntityId<BalancerMessage>;
  /** `namespace/service`. */
  readonly service: string;
  readonly port: number;
  readonly address: Address;
  readonly settings: BalancerSettings;
  /** How often it came to be checked: a look that was due in an earlier registration is none. */
  readonly rounds: number;
}

/** Where health checks come from: outside of every machine. */
const outside: Place = ['load-balancer', 'load-balancer'];

const targetType: EntityType<Target, TargetMessage> = {
  name: 'kube.load-balancer-target',
  handle(target, message, ctx) {
    if (message.type === 'begin') return begin(ctx, target);
    if (target.life === undefined) return target;
    const living = { ...target, life: target.life };
    if (message.type === 'check') return message.round === target.rounds ? check(ctx, living) : target;
    return step(ctx, living, message); // or a delay of the machine has passed
  },
};

/** Makes a target that is being registered. Tell it `begin`. */
export function createTarget(
  ctx: Context,
  target: Omit<Target, 'life' | 'balancer' | 'rounds'>,
): EntityId<TargetMessage> {
  const balancer = ctx.self as EntityId<BalancerMessage>;
  const path = `${ctx.pathOf(ctx.self)}/${target.port}/${formatAddress(target.address)}@${ctx.now}`;
  return ctx.create(targetType, path, { ...target, balancer, life: undefined, rounds: 0 });
}

function begin(ctx: Context, target: Target): Target {
  const { healthyAfter, unhealthyAfter, resetsUnhealthy, resetsLeaving, deregistrationDelay } = target.settings;
  const facts: TargetFacts = {
    passes: 0,
    failures: 0,
    healthyAfter,
    unhealthyAfter,
    resetsUnhealthy,
    resetsLeaving,
    deregistrationDelay: exactly(balancerDrain, deregistrationDelay),
  };
  // Nothing to carry out: whoever made it knows its first state.
  return { ...target, life: beginLife(ctx, targetMachine, facts, () => undefined) };
}

type LivingTarget = Target & { readonly life: Life<TargetFacts> };

function step(ctx: Context, target: LivingTarget, event: TargetEvent): LivingTarget | typeof GONE {
  const next = stepLife(ctx, targetMachine, target, event, (value, command) => ({
    ...perform(ctx, value, command),
    life: value.life,
  }));
  const state = stateOf(next);
  if (state !== stateOf(target))
    ctx.tell(next.balancer, { type: 'target', target: ctx.self as EntityId<TargetMessage>, state });
  return next.life.snapshot.status === 'done' ? GONE : next;
}

function stateOf({ life }: LivingTarget): TargetState {
  return life.snapshot.value as TargetState; // the machine's states, none of them nested
}

function perform(ctx: Context, target: Target, command: TargetCommand): Target {
  if (command === 'check') return look(ctx, { ...target, rounds: target.rounds + 1 });
  resetFlows(ctx, target.service, formatAddress(target.address));
  return target;
}

/** The next look at it is due. */
function look(ctx: Context, target: Target): Target {
  const self = ctx.self as EntityId<TargetMessage>;
  ctx.schedule(exactly(balancerCheck, target.settings.checkEvery), self, { type: 'check', round: target.rounds });
  return target;
}

/** A look at the target, and the next one in its time; none once it leaves. */
function check(ctx: Context, target: LivingTarget): LivingTarget | typeof GONE {
  if (!checked.includes(stateOf(target))) return target;
  look(ctx, target);
  return step(ctx, target, { type: wouldAccept(ctx, outside, target.address) ? 'PASSED' : 'FAILED' });
}
const checked: readonly TargetState[] = ['initial', 'healthy', 'unhealthy'];
