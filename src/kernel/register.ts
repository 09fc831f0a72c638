// Path and type of every entity ever made, by its number. It only grows, so that keyframes share it; a run that goes back and then
// makes others leaves it for one of its own. Types are numbers in a typed array: every delivery looks one up, and of hundreds of
// thousands of entities what lies close together is at hand.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- a number below the length has a label and a type */
import { assert } from './assert.ts';
import type { AnyEntityId, AnyEntityType } from './context.ts';

/** An entity's stable name, as a trace shows it. */
export interface EntityLabel {
  /** Unique and stable: `node/node-1`, `pod/shop/web-6d5f`, ... */
  readonly path: string;
  /** The name of its type. */
  readonly type: string;
}

/** Each type's number, which it keeps: registers cut from one another share this. */
interface Types {
  readonly list: AnyEntityType[];
  readonly numbers: Map<AnyEntityType, number>;
}

const TYPES_MAX = 65_536;
const CAPACITY_MIN = 64;

export class Register {
  #labels: EntityLabel[] = [];
  #types: Types = { list: [], numbers: new Map() };
  /** Number of the type, by entity; there may be room for more. */
  #typeNumbers = new Uint16Array(CAPACITY_MIN);
  /** Entities by type, ascending, as far as somebody asked. */
  readonly #ids = new Map<AnyEntityType, AnyEntityId[]>();
  #idsKnown = 0;

  get length(): number {
    return this.#labels.length;
  }

  /** The live list, not a copy. */
  get labels(): readonly EntityLabel[] {
    return this.#labels;
  }

  add(type: AnyEntityType, path: string): void {
    const id = this.#labels.length;
    if (id === this.#typeNumbers.length) {
      const grown = new Uint16Array(id * 2);
      grown.set(this.#typeNumbers);
      this.#typeNumbers = grown;
    }
    this.#typeNumbers[id] = this.#numberOf(type);
    this.#labels.push({ path, type: type.name });
  }

  /** Of an entity below the length. */
  typeOf(id: number): AnyEntityType {
    return this.#types.list[this.#typeNumbers[id]!]!;
  }

  /** Entities of a type, in order of creation. The live list, which others may be added to while it is read. */
  idsOf(type: AnyEntityType): readonly AnyEntityId[] {
    for (; this.#idsKnown < this.#labels.length; this.#idsKnown += 1) {
      const id = this.#idsKnown as AnyEntityId; // below the length
      const of = this.typeOf(id);
      const list = this.#ids.get(of);
      if (list === undefined) this.#ids.set(of, [id]);
      else list.push(id);
    }
    return this.#ids.get(type) ?? [];
  }

  /** Another that begins with this one's first `length` entities. */
  cut(length: number): Register {
    const register = new Register();
    register.#labels = this.#labels.slice(0, length);
    register.#types = this.#types;
    register.#typeNumbers = this.#typeNumbers.slice(0, Math.max(CAPACITY_MIN, length));
    return register;
  }

  #numberOf(type: AnyEntityType): number {
    const { list, numbers } = this.#types;
    const known = numbers.get(type);
    if (known !== undefined) return known;
    assert(list.length < TYPES_MAX, 'types are few');
    numbers.set(type, list.length);
    return list.push(type) - 1;
  }
}
