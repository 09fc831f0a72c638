// The world's table: pages shared with frames, keys that follow the values, labels that survive going back and forth.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AnyEntityId, EntityType } from '../../../src/kernel/index.ts';
import type { AnyEntityType } from '../../../src/kernel/context.ts';
import { World } from '../../../src/kernel/world.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

interface Named {
  readonly keys: readonly string[];
}
const plain: AnyEntityType = { name: 'test.plain', handle: (self) => self };
const named = {
  name: 'test.named',
  keys: (value: Named) => value.keys,
  handle: (self: Named) => self,
} satisfies EntityType<Named, { readonly type: 'x' }> as unknown as AnyEntityType;

interface Model {
  readonly values: readonly (object | undefined)[];
  readonly paths: readonly string[];
  readonly types: readonly AnyEntityType[];
}

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      path: fc.nat(3),
      count: fc.integer({ min: 1, max: 90 }),
      named: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      at: fc.nat(),
      gone: fc.boolean(),
      keys: fc.uniqueArray(fc.nat(20), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'save' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'labels' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), at: fc.nat() }) },
);

test('a world is its table, whatever was saved, restored, made again or made otherwise', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const world = new World();
      let model: Model = { values: [], paths: [], types: [] };
      const frames = [{ frame: world.save(), model }];
      const owner = (key: string): number =>
        model.values.findIndex((value) => (value as Named | undefined)?.keys.includes(key));
      const check = (): void => {
        expect(world.size).toBe(model.values.length);
        model.values.forEach((value, id) => {
          if (world.get(id as AnyEntityId) !== value) expect(world.get(id as AnyEntityId)).toBe(value);
          if (world.typeOf(id as AnyEntityId) !== model.types[id]) expect.fail(`type of ${id}`);
          if (world.pathOf(id as AnyEntityId) !== model.paths[id]) expect.fail(`path of ${id}`);
        });
        for (let key = 0; key <= 20; key += 1) {
          expect(world.find(named, `key-${key}`) ?? -1).toBe(owner(`key-${key}`));
        }
        expect([...world.all(named)].map(([id]) => Number(id))).toEqual(
          model.values.flatMap((value, id) => (value !== undefined && model.types[id] === named ? [id] : [])),
        );
      };
      for (const step of commands) {
        switch (step.do) {
          case 'add':
            for (let count = 0; count < step.count; count += 1) {
              const type = step.named ? named : plain;
              const path = `path-${step.path}-${model.values.length}`;
              const value = { keys: [] };
              expect(world.add(type, path, value)).toBe(model.values.length);
              model = {
                values: [...model.values, value],
                paths: [...model.paths, path],
                types: [...model.types, type],
              };
            }
            break;
          case 'set': {
            if (model.values.length === 0) break;
            const id = step.at % model.values.length;
            const keys = step.keys.map((key) => `key-${key}`).filter((key) => owner(key) < 0 || owner(key) === id);
            const value = step.gone ? undefined : { keys: model.types[id] === named ? keys : [] };
            world.set(id as AnyEntityId, value);
            model = { ...model, values: model.values.with(id, value) };
            break;
          }
          case 'save':
            frames.push({ frame: world.save(), model });
            break;
          case 'restore': {
            const saved = frames[step.at % frames.length]!;
            world.restore(saved.frame);
            model = saved.model;
            break;
          }
          case 'labels':
            expect(world.labels().map((label) => label.path)).toEqual(model.paths);
            break;
        }
        check();
      }
    }),
    { numRuns: 60 },
  );
});

describe('a frame', () => {
  test('shares what did not change: the pages of a large world that nobody wrote', () => {
    const world = new World();
    for (let id = 0; id < 10_000; id += 1) world.add(plain, `e-${id}`, {});
    const before = world.save();
    world.set(5_000 as AnyEntityId, {});
    const after = world.save();
    const copied = after.pages.filter((page, index) => page !== before.pages[index]);
    expect(after.pages.length).toBe(40);
    expect(copied.length).toBe(1);
  });
});

test('the members of a group are those of a list that are in it, whatever was ended, restored and made again', () => {
  interface Grouped {
    readonly group: number;
  }
  const grouped = {
    name: 'test.grouped',
    group: (value: Grouped) => value.group,
    handle: (self: Grouped) => self,
  } satisfies EntityType<Grouped, { readonly type: 'x' }> as unknown as AnyEntityType;
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), group: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant({ do: 'save' as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), at: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World();
      const frames = [world.save()];
      for (const one of steps) {
        if (one.do === 'add') world.add(grouped, `grouped-${world.size}`, { group: one.group });
        else if (one.do === 'save') frames.push(world.save());
        else if (one.do === 'restore') world.restore(frames[one.at % frames.length]!);
        else if (world.size > 0) world.set((one.at % world.size) as AnyEntityId, undefined);
        const all = [...world.all(grouped)];
        for (let group = 0; group <= 3; group += 1)
          expect([...world.members(grouped, group)]).toEqual(
            all.filter(([, value]) => (value as Grouped).group === group),
          );
      }
    }),
  );
});
