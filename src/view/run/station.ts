// Station codes: short names of pods and proxies that are the same in every view and both languages. The letter is the workload's,
// the number tells its pods apart in order of appearance: W1, O2, RA1.

/** Hands out codes in order of appearance, so that whoever comes later changes nobody's code. */
export class Stations {
  readonly #lettersByWorkload = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #pods = new Map<string, number>();

  /** The code of the next pod of a workload, `namespace/name`. */
  next(workload: string): string {
    const count = (this.#pods.get(workload) ?? 0) + 1;
    this.#pods.set(workload, count);
    return `${this.#name(workload)}${count}`;
  }

  /** The letters of a workload of which a pod has been seen; empty for any other. */
  letters(workload: string): string {
    return this.#lettersByWorkload.get(workload) ?? '';
  }

  /** Its first letter, or, where another workload has that, with a second one of its name. */
  #name(workload: string): string {
    const known = this.#lettersByWorkload.get(workload);
    if (known !== undefined) return known;
    const name = workload
      .slice(workload.lastIndexOf('/') + 1)
      .replace(/[^a-zA-Z0-9]/g, '')
      .toUpperCase();
    const first = name.slice(0, 1);
    const candidates = [
      first,
      ...name
        .slice(1)
        .split('')
        .filter(isLetter)
        .map((letter) => first + letter),
    ];
    const letters = candidates.find((candidate) => !this.#taken.has(candidate)) ?? this.#anyFree(first);
    this.#taken.add(letters);
    this.#lettersByWorkload.set(workload, letters);
    return letters;
  }

  /** Forgets every code, to hand them out again. */
  clear(): void {
    this.#lettersByWorkload.clear();
    this.#taken.clear();
    this.#pods.clear();
  }

  #anyFree(first: string): string {
    for (let count = 0; ; count += 1) {
      const letters = first + lettersOf(count);
      if (!this.#taken.has(letters)) return letters;
    }
  }
}

/** A, B, ..., Z, AA, AB, ... */
function lettersOf(count: number): string {
  const last = String.fromCharCode(65 + (count % 26));
  return count < 26 ? last : lettersOf(Math.floor(count / 26) - 1) + last;
}

function isLetter(letter: string): boolean {
  return letter >= 'A' && letter <= 'Z';
}
