// The guard against everything that differs between two runs: the kernel and the trace work with such globals poisoned.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildToy, fingerprint, linesOf } from './toy-world.ts';

const poisoned: readonly (readonly [owner: object, name: string])[] = [
  [Math, 'random'], [Math, 'log'], [Math, 'log2'], [Math, 'log10'], [Math, 'log1p'], [Math, 'exp'], [Math, 'expm1'], [Math, 'pow'],
  [Math, 'sin'], [Math, 'cos'], [Math, 'tan'], [Math, 'atan2'], [Math, 'cbrt'], [Math, 'hypot'], [Math, 'sinh'], [Math, 'cosh'],
  [Date, 'now'], [performance, 'now'], [globalThis, 'Date'], [globalThis, 'setTimeout'], [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'], [globalThis, 'queueMicrotask'], [Promise.prototype, 'then'], [Promise, 'resolve'],
  [String.prototype, 'localeCompare'], [Number.prototype, 'toLocaleString'], [Intl, 'NumberFormat'], [crypto, 'randomUUID'],
]; // prettier-ignore

/** Runs synchronously with every poisoned global throwing. */
function inPoison<T>(run: () => T): T {
  const undo = poisoned.map(([owner, name]) => {
    const was =
      Object.getOwnPropertyDescriptor(owner, name) ??
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(owner), name)!;
    const isOwn = Object.hasOwn(owner, name);
    Object.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value: () => {
        throw new Error(`${name} was called`);
      },
    });
    return () => {
      if (isOwn) Object.defineProperty(owner, name, was);
      else Reflect.deleteProperty(owner, name);
    };
  });
  try {
    return run();
  } finally {
    for (const restore of undo.toReversed()) restore();
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('with poisoned globals', () => {
  test('the poison works', () => {
    expect(() => inPoison(() => Math.random())).toThrow('random was called');
    expect(() => inPoison(() => Date.now())).toThrow();
    expect(() => inPoison(() => performance.now())).toThrow('now was called');
    expect(() => inPoison(() => void Promise.resolve(1))).toThrow('resolve was called');
    expect(typeof Math.random()).toBe('number');
    expect(performance.now()).toBeGreaterThan(0);
  });

  test('a whole run, seeking, forking and reading it back goes as without', () => {
    const scene = (): readonly unknown[] => {
      const toy = buildToy({ keyframeEvery: 40 });
      toy.run(8_000);
      toy.seek(3_000);
      toy.kernel.forgetFuture();
      toy.give({ at: 3_000, worker: 1, event: { type: 'STOP' } });
      toy.run(8_000);
      const slice = toy.trace.slice(0, { texts: 0, data: 0, entities: 0 });
      return [fingerprint(toy), linesOf(toy.trace), slice.count];
    };
    const expected = scene();
    expect(inPoison(scene)).toEqual(expected);
  });
});
