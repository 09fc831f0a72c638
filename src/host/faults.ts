// The one seam of every fault: what stops or slows a process, takes the power from a computer, or disturbs a link.
// It stands as a gate before what is stopped; sockets ask it for the weather on their way. Nothing of it exists in a run without faults.
import type { Context, EntityId, EntityType, Intercepted, Micros } from '../kernel/index.ts';
import { exactly } from '../kernel/index.ts';
import { slowedStep } from './facts.ts';
import type { Flow, Place } from './messages.ts';

/** What happens to packets of a link, in both directions. */
export type LinkEffect =
  | { readonly kind: 'delay'; readonly by: Micros }
  /** So many of a hundred are lost; TCP sends them again. */
  | { readonly kind: 'drop'; readonly percent: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'partition' };

/** Paths of entities (a pod, a machine) that make one end of a link; `*`: everything that is not the other end. */
export type LinkEnd = readonly string[] | '*';

export type Fault =
  /**
   * SIGSTOP: nothing at or below these paths happens until it is lifted; SIGKILL still works. `except`: names of what lies below
   * them and is no part of the process.
   */
  | { readonly kind: 'pause'; readonly paths: readonly string[]; readonly except: readonly string[] }
  /** Whatever reaches these paths from outside of them is taken up so much later. */
  | {
      readonly kind: 'slow';
      readonly paths: readonly string[];
      readonly except: readonly string[];
      readonly by: Micros;
    }
  /** No power: nothing at or below these paths happens, and no packet gets there. */
  | { readonly kind: 'off'; readonly paths: readonly string[] }
  /** Messages between the two wait, which are no packets here: requests to an API server and its watches. */
  | { readonly kind: 'cut'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly kind: 'link'; readonly from: LinkEnd; readonly to: LinkEnd; readonly effect: LinkEffect };

export interface Faults {
  /** By name, in order of their beginning. */
  readonly rules: ReadonlyMap<string, Fault>;
  /** Held back, in the order they came. */
  readonly held: readonly Intercepted[];
}

export type FaultsMessage =
  | Intercepted
  /** A fault begins, or changes. */
  | { readonly type: 'begin'; readonly name: string; readonly fault: Fault }
  | { readonly type: 'end'; readonly name: string }
  | { readonly type: 'due'; readonly intercepted: Intercepted };

const FAULTS = 'faults';

const faultsType: EntityType<Faults, FaultsMessage> = {
  name: 'host.faults',
  isGate: true,
  keys: ({ rules }) => [FAULTS, ...new Set([...rules.values()].flatMap(guardedBy))],
  handle(faults, message, ctx) {
    switch (message.type) {
      case 'begin':
        return release(ctx, { ...faults, rules: new Map(faults.rules).set(message.name, message.fault) });
      case 'end': {
        const rules = new Map(faults.rules);
        rules.delete(message.name);
        return release(ctx, { ...faults, rules });
      }
      case 'due':
        return take(ctx, faults, message.intercepted, false);
      case 'intercepted':
        return take(ctx, faults, message, true);
    }
  },
};

/** The run's faults, made when the first is asked for. */
export function faultsOf(ctx: Context): EntityId<FaultsMessage> {
  return ctx.find(faultsType, FAULTS) ?? ctx.create(faultsType, FAULTS, { rules: new Map(), held: [] });
}

function guardedBy(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case 'link':
      return [];
    case 'cut':
      return [...fault.from, ...fault.to];
    default:
      return fault.paths;
  }
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`);
}

/** Whether a path is a process or one of its own parts. */
function isPart(path: string, process: string, except: readonly string[]): boolean {
  return isBelow(path, process) && !except.some((name) => isBelow(path, `${process}/${name}`));
}

function isHeld(ctx: Context, { rules }: Faults, { from, to, message }: Intercepted): boolean {
  const [source, target] = [ctx.pathOf(from), ctx.pathOf(to)];
  const isKill = message.type === 'signal' && 'signal' in message && message.signal === 'KILL';
  const isAmong = (paths: readonly string[], path: string): boolean => paths.some((above) => isBelow(path, above));
  return [...rules.values()].some((fault) => {
    if (fault.kind === 'off') return isAmong(fault.paths, target);
    if (fault.kind === 'pause') return !isKill && fault.paths.some((above) => isPart(target, above, fault.except));
    if (fault.kind !== 'cut') return false;
    return (
      (isAmong(fault.from, source) && isAmong(fault.to, target)) ||
      (isAmong(fault.to, source) && isAmong(fault.from, target))
    );
  });
}

function take(ctx: Context, faults: Faults, intercepted: Intercepted, isNew: boolean): Faults {
  if (isHeld(ctx, faults, intercepted)) return { ...faults, held: [...faults.held, intercepted] };
  const wait = isNew ? slownessOf(ctx, faults, intercepted) : 0;
  if (wait === 0) ctx.pass(intercepted);
  else
    ctx.scheduleAt(exactly(slowedStep, wait), wait, ctx.self as EntityId<FaultsMessage>, { type: 'due', intercepted });
  return faults;
}

function slownessOf(ctx: Context, { rules }: Faults, { from, to }: Intercepted): Micros | 0 {
  const [source, target] = [ctx.pathOf(from), ctx.pathOf(to)];
  for (const fault of rules.values())
    if (
      fault.kind === 'slow' &&
      fault.paths.some((above) => isPart(target, above, fault.except) && !isBelow(source, above))
    )
      return fault.by;
  return 0;
}

/** Lets pass what nothing holds any more, in the order it came. */
function release(ctx: Context, faults: Faults): Faults {
  const held: Intercepted[] = [];
  for (const intercepted of faults.held) {
    if (isHeld(ctx, faults, intercepted)) held.push(intercepted);
    else ctx.pass(intercepted);
  }
  return { ...faults, held };
}

/** Whether there was ever a fault in this world: without one nothing else has to be asked, packet by packet. */
export function hasFaults(ctx: Context): boolean {
  return ctx.find(faultsType, FAULTS) !== undefined;
}

/** What happens to a packet between two network namespaces; undefined: nothing, as within one of them. */
export function weatherBetween(ctx: Context, a: Place, b: Place | undefined): LinkEffect | undefined {
  const id = ctx.find(faultsType, FAULTS);
  const rules = id === undefined ? undefined : ctx.read(faultsType, id)?.rules;
  if (rules === undefined || rules.size === 0 || b === undefined || a === b) return undefined;
  for (const fault of rules.values()) {
    if (fault.kind === 'off' && (isAt(fault.paths, a) || isAt(fault.paths, b))) return { kind: 'partition' };
    if (fault.kind === 'link' && (joins(fault.from, fault.to, a, b) || joins(fault.from, fault.to, b, a)))
      return fault.effect;
  }
  return undefined;
}

/** What happens to packets on a connection's way, which may go through a machine that is neither end of it. */
export function weatherOn(
  ctx: Context,
  way: { readonly place: Place; readonly peerPlace: Place | undefined; readonly flow: Flow | undefined },
): LinkEffect | undefined {
  const through = way.flow?.through;
  if (through === undefined) return weatherBetween(ctx, way.place, way.peerPlace);
  return weatherBetween(ctx, way.place, through) ?? weatherBetween(ctx, through, way.peerPlace);
}

function isAt(paths: readonly string[], place: Place): boolean {
  return paths.some((above) => place.some((path) => isBelow(path, above)));
}

function joins(from: LinkEnd, to: LinkEnd, a: Place, b: Place): boolean {
  if (from === '*') return to !== '*' && isAt(to, b) && !isAt(to, a);
  return isAt(from, a) && (to === '*' ? !isAt(from, b) : isAt(to, b));
}
