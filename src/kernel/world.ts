// The world: a table of small immutable values, one per entity, one writer each.
// Values lie in pages that a keyframe shares until they are written again, so what does not change costs a keyframe nothing.
// Keys (address -> entity, ...) and groups (ztunnel -> its connections, ...) are derived from the values; after a restore only what
// differs is indexed anew.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- an entity number below the size has a page, a type and a label */
import { EngineError } from './assert.ts';
import type { AnyEntityId, AnyEntityType, Group } from './context.ts';

/** An entity's stable name, as a trace shows it. */
export interface EntityLabel {
  /** Unique and stable: `node/node-1`, `pod/shop/web-6d5f`, ... */
  readonly path: string;
  /** The name of its type. */
  readonly type: string;
}

/** A copy of the world, taken by a keyframe: pages are shared with the live world. */
export interface WorldFrame {
  readonly pages: readonly Page[];
  readonly size: number;
  /** Append-only lists shared with the live world; only the first `size` entries belong to this frame. */
  readonly types: AnyEntityType[];
  readonly labels: EntityLabel[];
}

type Page = readonly (object | undefined)[];

const PAGE_BITS = 8;
const PAGE = 256;

export class World {
  #pages: (object | undefined)[][] = [];
  /** Whether a page belongs to the live world alone; a shared one is copied before it is written. */
  #isOwn: boolean[] = [];
  #size = 0;
  // Append-only, so frames share them; after a restore they may be longer than `size` and the same entities come again.
  #types: AnyEntityType[] = [];
  #labels: EntityLabel[] = [];
  readonly #keys = new Map<AnyEntityType, Map<string, AnyEntityId>>();
  /** Living entities by type and group, each list in order of creation. */
  readonly #groups = new Map<AnyEntityType, Map<Group, AnyEntityId[]>>();
  /** Path -> the gate before it: the keys of the one type of gates. */
  #gates: ReadonlyMap<string, AnyEntityId> | undefined;
  /** Which entities are of which type: derived from `#types`, as far as `count`. */
  #listed: { types: AnyEntityType[]; count: number; ids: Map<AnyEntityType, AnyEntityId[]> } = {
    types: this.#types,
    count: 0,
    ids: new Map(),
  };

  /** Entities ever made. */
  get size(): number {
    return this.#size;
  }

  add(type: AnyEntityType, path: string, value: object): AnyEntityId {
    const id = this.#size as AnyEntityId; // the one place that makes entity numbers
    if (id < this.#labels.length && (this.#labels[id]?.path !== path || this.#types[id] !== type)) this.#cut();
    if (id === this.#labels.length) {
      this.#types.push(type);
      this.#labels.push({ path, type: type.name });
    }
    this.#size += 1;
    if ((id & (PAGE - 1)) === 0) {
      this.#pages[id >>> PAGE_BITS] = [];
      this.#isOwn[id >>> PAGE_BITS] = true;
    }
    this.#own(id)[id & (PAGE - 1)] = value;
    if (type.keys !== undefined) this.#index(type, id, type.keys(value));
    if (type.group !== undefined) this.#join(type, id, type.group(value));
    return id;
  }

  get(id: AnyEntityId): object | undefined {
    return this.#pages[id >>> PAGE_BITS]?.[id & (PAGE - 1)];
  }

  /** Replaces an entity's value; `undefined` when it is gone. */
  set(id: AnyEntityId, value: object | undefined): void {
    const page = this.#own(id);
    const before = page[id & (PAGE - 1)];
    if (before === value) return;
    page[id & (PAGE - 1)] = value;
    const type = this.#types[id];
    if (type?.keys !== undefined) this.#reindex(type, id, before, value);
    if (value === undefined && before !== undefined && type?.group !== undefined)
      this.#leave(type, id, type.group(before));
  }

  typeOf(id: AnyEntityId): AnyEntityType {
    const type = id < this.#size ? this.#types[id] : undefined;
    if (type === undefined) throw new EngineError(`entity ${id} exists`);
    return type;
  }

  pathOf(id: AnyEntityId): string {
    return id < this.#size ? (this.#labels[id]?.path ?? '') : '';
  }

  find(type: AnyEntityType, key: string): AnyEntityId | undefined {
    return this.#keys.get(type)?.get(key);
  }

  /** The gate before an entity, the innermost if there are several; no gate stands before itself. */
  gateOf(id: AnyEntityId): AnyEntityId | undefined {
    const gates = this.#gates;
    if (gates === undefined || gates.size === 0) return undefined;
    for (let path = this.pathOf(id); path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
      const gate = gates.get(path);
      if (gate !== undefined && gate !== id) return gate;
    }
    return undefined;
  }

  /** Every living entity of a type, in order of creation. Linear in the entities of that type ever made. */
  *all(type: AnyEntityType): IterableIterator<readonly [AnyEntityId, object]> {
    for (const id of this.#idsOf(type)) {
      if (id >= this.#size) return;
      const value = this.get(id);
      if (value !== undefined) yield [id, value];
    }
  }

  /** The living entities of a group, in order of creation. */
  *members(type: AnyEntityType, group: Group): IterableIterator<readonly [AnyEntityId, object]> {
    // Whoever reads may make more of them in between, or end some.
    for (const id of this.#groups.get(type)?.get(group)?.slice() ?? []) {
      const value = this.get(id);
      if (value !== undefined) yield [id, value];
    }
  }

  /** Entity numbers by type, brought up to date with the list of types whenever somebody asks. */
  #idsOf(type: AnyEntityType): readonly AnyEntityId[] {
    if (this.#listed.types !== this.#types) this.#listed = { types: this.#types, count: 0, ids: new Map() };
    const { ids } = this.#listed;
    for (; this.#listed.count < this.#types.length; this.#listed.count += 1) {
      const of = this.#types[this.#listed.count]!; // below the list's length
      const list = ids.get(of);
      if (list === undefined) ids.set(of, [this.#listed.count as AnyEntityId]);
      else list.push(this.#listed.count as AnyEntityId);
    }
    return ids.get(type) ?? [];
  }

  /** Path and type of every entity ever made, by entity number. The live list: read it at once. */
  labels(): readonly EntityLabel[] {
    if (this.#labels.length > this.#size) this.#cut();
    return this.#labels;
  }

  save(): WorldFrame {
    this.#isOwn.fill(false);
    return { pages: this.#pages.slice(), size: this.#size, types: this.#types, labels: this.#labels };
  }

  restore(frame: WorldFrame): void {
    const { pages, types, size } = this.save();
    this.#pages = frame.pages.slice() as (object | undefined)[][]; // written only after `#own` has copied them
    this.#isOwn = this.#pages.map(() => false);
    this.#size = frame.size;
    this.#types = frame.types;
    this.#labels = frame.labels;
    this.#reindexPages(pages, types, Math.max(size, frame.size));
  }

  /** Leaves the lists that frames share: what comes next differs from what came here before. */
  #cut(): void {
    this.#types = this.#types.slice(0, this.#size);
    this.#labels = this.#labels.slice(0, this.#size);
  }

  /** The page of an entity, ready to be written. */
  #own(id: number): (object | undefined)[] {
    const at = id >>> PAGE_BITS;
    const page = this.#pages[at]!;
    if (this.#isOwn[at] === true) return page;
    this.#isOwn[at] = true;
    return (this.#pages[at] = page.slice());
  }

  /** Brings the key tables from the values in `pages` to the present ones. Shared pages cost nothing. */
  #reindexPages(pages: readonly Page[], types: readonly AnyEntityType[], size: number): void {
    const changed: AnyEntityId[] = [];
    for (let first = 0; first < size; first += PAGE) {
      const before = pages[first >>> PAGE_BITS];
      const after = this.#pages[first >>> PAGE_BITS];
      if (before === after) continue;
      for (let at = 0; at < PAGE; at += 1) if (before?.[at] !== after?.[at]) changed.push((first + at) as AnyEntityId); // below size
    }
    for (const id of changed) {
      const before = pages[id >>> PAGE_BITS]?.[id & (PAGE - 1)];
      const type = types[id]!;
      if (before === undefined) continue;
      this.#unindex(type, id, before);
      if (type.group !== undefined) this.#leave(type, id, type.group(before));
    }
    for (const id of changed) {
      const after = this.get(id);
      const type = this.#types[id]!;
      if (after === undefined) continue;
      if (type.keys !== undefined) this.#index(type, id, type.keys(after));
      if (type.group !== undefined) this.#join(type, id, type.group(after));
    }
  }

  #reindex(type: AnyEntityType, id: AnyEntityId, before: object | undefined, after: object | undefined): void {
    const keysBefore = before === undefined ? [] : (type.keys?.(before) ?? []);
    const keysAfter = after === undefined ? [] : (type.keys?.(after) ?? []);
    if (keysBefore.length === keysAfter.length && keysBefore.every((key, index) => key === keysAfter[index])) return;
    if (before !== undefined) this.#unindex(type, id, before);
    this.#index(type, id, keysAfter);
  }

  #unindex(type: AnyEntityType, id: AnyEntityId, value: object): void {
    const table = this.#keys.get(type);
    if (table === undefined || type.keys === undefined) return;
    for (const key of type.keys(value)) if (table.get(key) === id) table.delete(key);
  }

  #index(type: AnyEntityType, id: AnyEntityId, keys: readonly string[]): void {
    let table = this.#keys.get(type);
    if (table === undefined) this.#keys.set(type, (table = new Map<string, AnyEntityId>()));
    if (type.isGate === true) this.#gates = table;
    for (const key of keys) {
      const owner = table.get(key);
      if (owner !== undefined && owner !== id)
        throw new EngineError(`${type.name}: key ${key} belongs to one living entity`);
      table.set(key, id);
    }
  }

  #join(type: AnyEntityType, id: AnyEntityId, group: Group): void {
    let groups = this.#groups.get(type);
    if (groups === undefined) this.#groups.set(type, (groups = new Map<Group, AnyEntityId[]>()));
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [id]);
    else list.splice(placeIn(list, id), 0, id);
  }

  #leave(type: AnyEntityType, id: AnyEntityId, group: Group): void {
    const groups = this.#groups.get(type);
    const list = groups?.get(group);
    if (groups === undefined || list === undefined) return;
    const at = placeIn(list, id);
    if (list[at] === id) list.splice(at, 1);
    if (list.length === 0) groups.delete(group);
  }
}

/** Where a number stands, or belongs, in an ascending list: mostly at its end. */
function placeIn(list: readonly AnyEntityId[], id: AnyEntityId): number {
  let low = 0;
  let high = list.length;
  if (high === 0 || list[high - 1]! < id) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
