// Station codes: short names of pods and proxies that are the same in every view, both languages and every mode of the mesh. The
// letter is the workload's, the number tells its pods apart: W1, O2, RA1.

interface Named {
  readonly name: string;
  /** When it appeared, in microseconds. */
  readonly at: number;
}

/**
 * What appears within this many microseconds of the first is numbered together, by name: which of two pods the API server stored
 * first is chance, and another mode of the mesh would have it otherwise.
 */
const TOGETHER_US = 250_000;

/** Gives codes in order of appearance, so that whoever comes much later changes nobody's code. */
export class Stations {
  /** By workload, `namespace/name`. */
  readonly #workloads = new Map<string, { readonly at: number; readonly pods: Named[] }>();
  /** Made when they are asked for, until somebody is added. */
  #letters: ReadonlyMap<string, string> | undefined;
  readonly #codes = new Map<string, ReadonlyMap<string, string>>();

  /** A pod of a workload, seen first at `at`. */
  add(workload: string, pod: Named): void {
    const known = this.#workloads.get(workload);
    this.#codes.delete(workload);
    if (known !== undefined) {
      known.pods.push(pod);
      return;
    }
    this.#workloads.set(workload, { at: pod.at, pods: [pod] });
    this.#letters = undefined;
    this.#codes.clear();
  }

  /** The code of a pod that was added; empty for any other. */
  code(workload: string, pod: string): string {
    let codes = this.#codes.get(workload);
    if (codes === undefined) {
      const letters = this.letters(workload);
      const pods = inOrder(this.#workloads.get(workload)?.pods ?? []);
      codes = new Map(pods.map((name, at) => [name, `${letters}${String(at + 1)}`]));
      this.#codes.set(workload, codes);
    }
    return codes.get(pod) ?? '';
  }

  /** The letters of a workload of which a pod has been seen; empty for any other. */
  letters(workload: string): string {
    this.#letters ??= lettersOfAll([...this.#workloads].map(([name, { at }]) => ({ name, at })));
    return this.#letters.get(workload) ?? '';
  }

  /** Forgets everybody. */
  clear(): void {
    this.#workloads.clear();
    this.#codes.clear();
    this.#letters = undefined;
  }
}

/** Names by appearance; those that appeared together by name, their numbers compared as numbers. */
function inOrder(all: readonly Named[]): readonly string[] {
  const groups: { readonly since: number; readonly names: string[] }[] = [];
  for (const { name, at } of all) {
    const group = groups.at(-1);
    if (group !== undefined && at - group.since <= TOGETHER_US) group.names.push(name);
    else groups.push({ since: at, names: [name] });
  }
  return groups.flatMap(({ names }) => names.toSorted(compareNames));
}

/** Names with the numbers at their ends compared as numbers: node-2 before node-10. */
export function compareNames(a: string, b: string): number {
  const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? -1);
  const stemOf = (name: string): string => name.replace(/\d+$/, '');
  return stemOf(a) < stemOf(b) ? -1 : stemOf(a) > stemOf(b) ? 1 : numberOf(a) - numberOf(b);
}

/** Each workload's first letter, or, where another one has that, with a second one of its name. */
function lettersOfAll(workloads: readonly Named[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const letters = new Map<string, string>();
  for (const workload of inOrder(workloads)) {
    const own = candidatesFor(workload).find((candidate) => !taken.has(candidate)) ?? anyFree(workload, taken);
    taken.add(own);
    letters.set(workload, own);
  }
  return letters;
}

function plainName(workload: string): string {
  return workload
    .slice(workload.lastIndexOf('/') + 1)
    .replace(/[^a-zA-Z0-9]/g, '')
    .toUpperCase();
}

function candidatesFor(workload: string): readonly string[] {
  const [first = '', ...rest] = plainName(workload);
  return [first, ...rest.filter((letter) => letter >= 'A' && letter <= 'Z').map((letter) => first + letter)];
}

function anyFree(workload: string, taken: ReadonlySet<string>): string {
  for (let count = 0; ; count += 1) {
    const letters = plainName(workload).slice(0, 1) + lettersOf(count);
    if (!taken.has(letters)) return letters;
  }
}

/** A, B, ..., Z, AA, AB, ... */
function lettersOf(count: number): string {
  const last = String.fromCharCode(65 + (count % 26));
  return count < 26 ? last : lettersOf(Math.floor(count / 26) - 1) + last;
}
