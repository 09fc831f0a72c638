// Small worlds whose every legal schedule can be run: a few actors that send each other messages after waits with short windows,
// in order or not, set timers and take them back, look at each other's values, make and end others. What an actor does depends on
// the order in which it heard, so a race shows in the values at the end.
import fc from 'fast-check';
import type { Context, DelayFact, EntityId, EntityType, Luck, TimerId } from '../../../src/kernel/index.ts';
import { delayFact, GONE, instant, Kernel, micros, seed } from '../../../src/kernel/index.ts';
import { Trace } from '../../../src/trace/index.ts';

/** One thing an actor does on hearing `on`, the n-th time and later. */
export interface Rule {
  readonly on: number;
  readonly does: 'send' | 'send-in-order' | 'set' | 'take-back' | 'look' | 'make' | 'end' | 'count';
  readonly to: number;
  readonly says: number;
  readonly min: number;
  readonly width: number;
}

export interface Plan {
  /** Rules by actor. */
  readonly actors: readonly (readonly Rule[])[];
  readonly first: readonly {
    readonly to: number;
    readonly says: number;
    readonly min: number;
    readonly width: number;
  }[];
}

const digit = fc.nat(3);
const rule: fc.Arbitrary<Rule> = fc.record({
  on: digit,
  does: fc.constantFrom(
    'send',
    'send',
    'send-in-order',
    'send-in-order',
    'set',
    'take-back',
    'look',
    'make',
    'end',
    'count',
  ),
  to: digit,
  says: digit,
  min: fc.nat(3),
  width: fc.nat(4),
});
/** Any small world. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  actors: fc.array(fc.array(rule, { maxLength: 5 }), { minLength: 2, maxLength: 4 }),
  first: fc.array(fc.record({ to: digit, says: digit, min: fc.nat(4), width: fc.nat(5) }), {
    minLength: 2,
    maxLength: 4,
  }),
});

interface Heard {
  readonly type: 'heard';
  readonly says: number;
  /** Messages that led to it: chains end. */
  readonly depth: number;
}
interface Actor {
  readonly name: string;
  /** What it heard, in order. */
  readonly heard: string;
  readonly timer: TimerId | undefined;
  readonly last: readonly number[];
}

const depthMax = 3;
const waitOf = ({ min, width }: { readonly min: number; readonly width: number }): DelayFact =>
  delayFact({ name: `toy.${min}-${width}`, min: micros(min), max: micros(min + width), source: 'test' });

/** A world of the plan, ready to run. */
export function worldOf(plan: Plan, luck?: Luck): { readonly kernel: Kernel<Trace>; readonly outcome: () => string } {
  const trace = new Trace();
  const kernel = new Kernel({ seed: seed(1), sink: trace, ...(luck === undefined ? {} : { luck }) });
  const actorType: EntityType<Actor, Heard> = {
    name: 'toy.actor',
    keys: ({ name }) => [name],
    handle(actor, message, ctx) {
      const number = Number(actor.name.split('-')[0]);
      let next: Actor = { ...actor, heard: `${actor.heard}${message.says}` };
      let isOver = false;
      if (message.depth >= depthMax) return next;
      for (const rule of plan.actors[number] ?? []) {
        if (rule.on !== message.says) continue;
        if (rule.does === 'end') isOver = true;
        else next = apply(ctx, next, rule, message.depth + 1);
      }
      return isOver ? GONE : next;
    },
  };
  const apply = (ctx: Context, actor: Actor, rule: Rule, depth: number): Actor => {
    const to = ctx.find(actorType, String(rule.to % plan.actors.length));
    const what: Heard = { type: 'heard', says: rule.says, depth };
    const { self } = ctx;
    switch (rule.does) {
      case 'send':
        if (to !== undefined) ctx.schedule(waitOf(rule), to, what);
        return actor;
      case 'send-in-order': {
        if (to === undefined) return actor;
        const at = ctx.scheduleInOrder(waitOf(rule), to, what, instant(actor.last[to] ?? 0));
        const last = [...actor.last];
        last[to] = at;
        return { ...actor, last };
      }
      case 'set':
        if (actor.timer !== undefined) ctx.cancel(actor.timer);
        return { ...actor, timer: ctx.timer(waitOf(rule), self as EntityId<Heard>, what) };
      case 'take-back':
        if (actor.timer === undefined) return actor;
        ctx.cancel(actor.timer);
        return { ...actor, timer: undefined };
      case 'look': {
        const other = to === undefined ? undefined : ctx.read(actorType, to);
        return { ...actor, heard: `${actor.heard}(${other?.heard ?? '-'})` };
      }
      case 'make': {
        const name = `${rule.to % plan.actors.length}-${rule.says}`;
        if (ctx.find(actorType, name) === undefined)
          ctx.create(actorType, `${name}@${self}#${actor.heard.length}`, {
            name,
            heard: '',
            timer: undefined,
            last: [],
          });
        return actor;
      }
      case 'count': {
        const many = [...ctx.all(actorType, ({ heard }) => heard.length === 0)].length;
        return { ...actor, heard: `${actor.heard}[${many}]` };
      }
      case 'end':
        return actor;
    }
  };
  kernel.setUp((ctx) => {
    const made = plan.actors.map((_, index) =>
      ctx.create(actorType, `actor-${index}`, { name: String(index), heard: '', timer: undefined, last: [] }),
    );
    const starterType: EntityType<object, { readonly type: 'start' }> = {
      name: 'toy.starter',
      handle(starter, _, later) {
        for (const { to, says, ...window } of plan.first) {
          const actor = made[to % made.length];
          if (actor !== undefined) later.schedule(waitOf(window), actor, { type: 'heard', says, depth: 0 });
        }
        return starter;
      },
    };
    ctx.schedule(waitOf({ min: 1, width: 0 }), ctx.create(starterType, 'starter', {}), { type: 'start' });
  });
  return {
    kernel,
    outcome: () =>
      [...kernel.all(actorType)]
        .map(([, { name, heard }]) => `${name}:${heard}`)
        .sort()
        .join(' '),
  };
}
