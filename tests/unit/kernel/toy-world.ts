// A small but busy world for the kernel's properties: workers that are machines with delays and cancels, parcels that are
// made, travel and go, a periodic clock, a registry with keys, expiry timers taken back in time or too late, messages to
// the gone, ties in plenty. Everything that happens is recorded.
import type {
  AnyEntityId,
  Chooser,
  Context,
  DelayFact,
  EntityId,
  EntityType,
  Life,
} from '../../../src/kernel/index.ts';
import {
  begin,
  defineMachine,
  delayFact,
  GONE,
  instant,
  Kernel,
  micros,
  NO_RECORD,
  rank,
  seed,
  settleSteps,
  stateName,
  transition,
} from '../../../src/kernel/index.ts';
import { record, recordCause, recordToLine, Trace } from '../../../src/trace/index.ts';
import { hashState } from '../../../src/kernel/state-hash.ts';

const source = 'test';
const fact = (name: string, min: number, max: number, more: Partial<DelayFact> = {}): DelayFact =>
  delayFact({ name, min: micros(min), max: micros(max), source, ...more });

export const toyDelays = {
  hop: fact('toy.hop', 100, 400),
  /** Multiples of nothing: a fixed wait, so that many things happen at one instant. */
  step: fact('toy.step', 100, 100),
  work: fact('toy.work', 200, 900, { shape: 'skewed', rank: rank.timer }),
  rest: fact('toy.rest', 50, 250, { rank: rank.lifecycle }),
  tick: fact('toy.tick', 500, 500, { periodic: true, rank: rank.timer }),
  expiry: fact('toy.expiry', 600, 900, { rank: rank.timer }),
} as const;

// --- workers: machines

interface Skill {
  readonly done: number;
  readonly queue: number;
}
type WorkerEvent = { readonly type: 'JOB'; readonly urgent: boolean } | { readonly type: 'STOP' };
type WorkerCommand = { readonly do: 'say'; readonly line: string } | { readonly do: 'send' };

export const workerMachine = defineMachine<Skill, WorkerEvent, WorkerCommand>({
  id: 'toy.worker',
  config: {
    initial: 'idle',
    states: {
      idle: { on: { JOB: { target: 'busy' }, STOP: 'gone' } },
      busy: {
        entry: 'say',
        exit: 'say',
        on: {
          JOB: [{ guard: 'isUrgent', target: 'busy', reenter: true, actions: 'keep' }, { actions: 'keep' }],
          STOP: 'gone',
        },
        after: { work: { target: 'resting', actions: ['finish', 'send'] } },
      },
      resting: {
        always: { guard: 'isWorn', target: 'gone' },
        after: { rest: [{ guard: 'hasQueue', target: 'busy', actions: 'take' }, { target: 'idle' }] },
        on: { JOB: { actions: 'keep' } },
      },
      gone: { type: 'final', entry: 'say' },
    },
  },
  guards: {
    isUrgent: (_, event) => event.type === 'JOB' && event.urgent,
    hasQueue: (skill) => skill.queue > 0,
    isWorn: (skill) => skill.done >= 40,
  },
  updates: {
    keep: (skill) => ({ queue: skill.queue + 1 }),
    take: (skill) => ({ queue: skill.queue - 1 }),
    finish: (skill) => ({ done: skill.done + 1 }),
  },
  effects: {
    say: (skill, event) => [{ do: 'say', line: `${event.type} ${skill.done}/${skill.queue}` }],
    send: () => [{ do: 'send' }],
  },
  delays: { work: toyDelays.work, rest: toyDelays.rest },
});

export interface Worker extends Life<Skill> {
  readonly name: string;
  readonly sent: number;
}

const workerType: EntityType<Worker, WorkerEvent> = {
  name: 'toy.worker',
  keys: (worker) => [worker.name],
  handle(worker, message, ctx) {
    const before = stateName(worker.snapshot);
    const result = transition(workerMachine, worker.snapshot, message);
    let { sent } = worker;
    const life = settleSteps(ctx, worker, result, (command) => {
      if (command.do === 'say') recordCause(ctx, 'marker', { name: `${worker.name} ${command.line}` });
      else sendParcel(ctx, `${ctx.pathOf(ctx.self)}/parcel-${sent++}`);
    });
    const to = stateName(life.snapshot);
    if (to !== before) {
      record(ctx, 'state', { entity: ctx.self, machine: workerMachine.id, from: before, to, event: message.type });
    }
    return life.snapshot.status === 'done' ? GONE : { ...worker, ...life, sent };
  },
  undeliverable(message, ctx) {
    record(ctx, 'marker', { name: `${ctx.pathOf(ctx.self)} is gone: ${message.type}` });
  },
};

// --- parcels: plain handlers over small values

type ParcelMessage = { readonly type: 'hop'; readonly left: number } | { readonly type: 'expired' };
interface Parcel {
  readonly hops: number;
  readonly expiry: ReturnType<Context['timer']>;
}

const parcelType: EntityType<Parcel, ParcelMessage> = {
  name: 'toy.parcel',
  handle(parcel, message, ctx) {
    if (message.type === 'expired') {
      recordCause(ctx, 'marker', { name: `${ctx.pathOf(ctx.self)} expired after ${parcel.hops}` });
      return GONE;
    }
    recordCause(ctx, 'marker', { name: `${ctx.pathOf(ctx.self)} hop ${parcel.hops}` }, 7);
    if (message.left > 0) {
      const wait = ctx.draw('choice', 3) === 0 ? toyDelays.step : toyDelays.hop;
      ctx.schedule(wait, ctx.self as EntityId<ParcelMessage>, { type: 'hop', left: message.left - 1 });
      return { ...parcel, hops: parcel.hops + 1 };
    }
    ctx.cancel(parcel.expiry);
    const registry = ctx.find(registryType, 'registry');
    if (registry !== undefined) ctx.tell(registry, { type: 'arrived', parcel: ctx.self });
    // One more for the road, to nobody: the parcel is gone by then.
    if (ctx.draw('fault', 4) === 0) {
      ctx.schedule(toyDelays.step, ctx.self as EntityId<ParcelMessage>, { type: 'hop', left: 0 });
    }
    return GONE;
  },
  undeliverable(_, ctx) {
    record(ctx, 'marker', { name: `${ctx.pathOf(ctx.self)} has left` });
  },
};

function sendParcel(ctx: Context, path: string): void {
  const id = ctx.create(parcelType, path, { hops: 0, expiry: NO_RECORD as never });
  ctx.tell(id, { type: 'hop', left: 1 + ctx.draw('choice', 4) });
  ctx.tell(ctx.create(parcelStarterType, `${path}/starter`, {}), { type: 'start', parcel: id });
}

/** Gives a parcel its expiry timer, so that a timer has another sender than receiver, and goes at once. */
const parcelStarterType: EntityType<object, { readonly type: 'start'; readonly parcel: EntityId<ParcelMessage> }> = {
  name: 'toy.starter',
  handle(_, message, ctx) {
    const timer = ctx.timer(toyDelays.expiry, message.parcel, { type: 'expired' });
    const second = ctx.timer(toyDelays.expiry, message.parcel, { type: 'expired' });
    ctx.cancel(ctx.draw('choice', 2) === 0 ? timer : second);
    return GONE;
  },
};

// --- the registry and the clock

type RegistryMessage = { readonly type: 'arrived'; readonly parcel: AnyEntityId } | { readonly type: 'rename' };
interface Registry {
  readonly arrived: number;
  readonly alias: string;
}
const registryType: EntityType<Registry, RegistryMessage> = {
  name: 'toy.registry',
  keys: (registry) => ['registry', registry.alias],
  handle(registry, message, ctx) {
    if (message.type === 'rename') return { ...registry, alias: `alias-${registry.arrived}` };
    record(ctx, 'marker', { name: `registry: ${ctx.pathOf(message.parcel)} is number ${registry.arrived}` });
    return { ...registry, arrived: registry.arrived + 1 };
  },
};

interface Clock {
  readonly ticks: number;
  readonly workers: readonly string[];
}
const clockType: EntityType<Clock, { readonly type: 'tick' }> = {
  name: 'toy.clock',
  handle(clock, message, ctx) {
    ctx.schedule(toyDelays.tick, ctx.self as EntityId<{ type: 'tick' }>, message);
    for (const name of clock.workers) {
      const worker = ctx.find(workerType, name);
      if (worker !== undefined && ctx.draw('arrival', 3) > 0) {
        ctx.schedule(toyDelays.step, worker, { type: 'JOB', urgent: ctx.draw('choice', 5) === 0 });
      }
    }
    const registry = ctx.find(registryType, 'registry');
    if (registry !== undefined && clock.ticks % 3 === 0) ctx.tell(registry, { type: 'rename' });
    return { ...clock, ticks: clock.ticks + 1 };
  },
};

/** Somebody who has nothing to do with the others: ticks, draws and records on its own. */
const hermitType: EntityType<{ readonly count: number }, { readonly type: 'pray' }> = {
  name: 'toy.hermit',
  handle(hermit, message, ctx) {
    record(ctx, 'marker', { name: `hermit ${hermit.count} ${ctx.draw('service', 100)}` });
    ctx.schedule(toyDelays.hop, ctx.self as EntityId<{ type: 'pray' }>, message);
    ctx.schedule(toyDelays.step, ctx.self as EntityId<{ type: 'pray' }>, message);
    return hermit.count > 40 ? GONE : { count: hermit.count + 1 };
  },
};

// --- the whole

export interface ToyOptions {
  readonly seed?: number;
  readonly workers?: number;
  readonly chooser?: Chooser;
  readonly keyframeEvery?: number;
  /** Hermits made before everybody else, so that all entity numbers shift. */
  readonly hermits?: number;
}

/** An input of the toy world: somebody outside tells a worker something. */
export interface ToyInput {
  readonly at: number;
  readonly worker: number;
  readonly event: WorkerEvent;
}

export interface Toy {
  readonly kernel: Kernel<Trace>;
  readonly trace: Trace;
  readonly registry: EntityId<RegistryMessage>;
  readonly workers: readonly EntityId<WorkerEvent>[];
  give(input: ToyInput): void;
  run(until: number): void;
  seek(at: number): void;
}

export function buildToy(options: ToyOptions = {}, inputs: readonly ToyInput[] = []): Toy {
  const trace = new Trace();
  const kernel = new Kernel<Trace>({
    seed: seed(options.seed ?? 1),
    sink: trace,
    keyframeEvery: options.keyframeEvery ?? 50,
    ...(options.chooser === undefined ? {} : { chooser: options.chooser }),
  });
  const { workers, registry } = kernel.setUp((ctx) => {
    for (let index = 0; index < (options.hermits ?? 0); index += 1) {
      ctx.schedule(toyDelays.step, ctx.create(hermitType, `hermit-${index}`, { count: 0 }), { type: 'pray' });
      ctx.schedule(toyDelays.hop, ctx.create(hermitType, `hermit-${index}-twin`, { count: 0 }), { type: 'pray' });
    }
    const names = Array.from({ length: options.workers ?? 4 }, (_, index) => `worker-${index}`);
    const made = names.map((name) => {
      const { snapshot } = begin(workerMachine, { done: 0, queue: 0 });
      return ctx.create(workerType, name, { name, snapshot, timers: {}, sent: 0 });
    });
    const clock = ctx.create(clockType, 'clock', { ticks: 0, workers: names });
    ctx.schedule(toyDelays.tick, clock, { type: 'tick' });
    for (const worker of made) ctx.schedule(toyDelays.hop, worker, { type: 'JOB', urgent: false });
    return { workers: made, registry: ctx.create(registryType, 'registry', { arrived: 0, alias: 'alias' }) };
  });
  const toy = toyOf(kernel, trace, registry, workers);
  for (const input of inputs) toy.give(input);
  return toy;
}

/** A toy world that leaves another where it stands. */
export function forkOf({ kernel, trace, registry, workers }: Toy): Toy {
  const sink = trace.fork();
  return toyOf(kernel.fork(sink), sink, registry, workers);
}

function toyOf(kernel: Kernel<Trace>, trace: Trace, registry: Toy['registry'], workers: Toy['workers']): Toy {
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
  return {
    kernel,
    trace,
    registry,
    workers,
    give: (input) => kernel.input(instant(input.at), workers[input.worker % workers.length]!, input.event),
    run: (until) => {
      kernel.run(instant(until));
    },
    seek: (at) => kernel.seek(instant(at)),
  };
}

/** Every record as a line, without numbers. */
export function linesOf(trace: Trace): readonly string[] {
  return Array.from({ length: trace.length }, (_, id) => recordToLine(trace, trace.get(id)));
}

/** What two equal runs share: instant, records, values and everything pending. */
export function fingerprint(toy: Toy): unknown {
  return {
    now: toy.kernel.now,
    handled: toy.kernel.handled,
    records: toy.trace.length,
    trace: toy.trace.hash(),
    state: hashState(toy.kernel.state()),
    settled: toy.kernel.isSettled,
    entities: toy.kernel.entityCount(),
    names: toy.trace.entities().map((entity) => entity.path),
    workers: [...toy.kernel.all(workerType)].map(([id, worker]): readonly unknown[] => [
      id,
      worker.name,
      stateName(worker.snapshot),
      worker.snapshot.context,
      worker.timers,
      toy.kernel.find(workerType, worker.name),
    ]),
    registry: toy.kernel.read(registryType, toy.registry),
    aliases: [0, 1, 2, 3, 5, 8, 13].map((count) => toy.kernel.find(registryType, `alias-${count}`)),
    pending: toy.kernel
      .pending()
      .map((item) => `${item.time} ${item.rank} ${item.seq} ${item.from}>${item.to} ${item.message.type} ${item.timer}`)
      .sort((a, b) => (a < b ? -1 : 1)),
  };
}
