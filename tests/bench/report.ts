// What a benchmark says: a table for people, JSON for machines, and whether a gate failed.
import type { Result, Spread } from './measure.ts';

interface Line {
  readonly what: string;
  readonly value: string;
  /** `ok` or `FAILED` for a gate; what one aims at, or nothing, for a figure that is only printed. */
  readonly verdict: string;
}

export class Report {
  readonly #sections: { readonly title: string; readonly lines: Line[] }[] = [];
  readonly #figures: Record<string, Spread> = {};
  #failures = 0;

  get failures(): number {
    return this.#failures;
  }

  section(title: string): void {
    this.#sections.push({ title, lines: [] });
  }

  /** Prints every contestant's rate in millions a second and its ratio to the first. */
  rates(what: string, results: readonly Result[]): void {
    for (const { name, rate, ratio } of results) {
      this.#figures[`${what}: ${name}, per second`] = rate;
      const millions = `${show(rate, 1e-6)} M/s`;
      this.#add(`${what}: ${name}`, ratio.median === 1 ? millions : `${millions}   x ${show(ratio, 1)}`, '');
    }
  }

  /** A ratio that has to reach `least`. */
  gate(what: string, ratio: Spread, least: number): void {
    const isReached = ratio.median >= least;
    if (!isReached) this.#failures += 1;
    this.#figures[what] = ratio;
    this.#add(what, `x ${show(ratio, 1)}`, `gate ${least}: ${isReached ? 'ok' : 'FAILED'}`);
  }

  /** A size that has to stay below `most`. */
  cap(what: string, value: Spread, unit: string, most: number): void {
    const isKept = value.median <= most;
    if (!isKept) this.#failures += 1;
    this.#figures[`${what}, ${unit}`] = value;
    this.#add(what, `${show(value, 1)} ${unit}`, `at most ${most}: ${isKept ? 'ok' : 'FAILED'}`);
  }

  /** A figure that gates nothing. */
  print(what: string, value: Spread, unit: string, aim = ''): void {
    this.#figures[`${what}, ${unit}`] = value;
    this.#add(what, `${show(value, 1)} ${unit}`, aim);
  }

  text(): string {
    const lines = this.#sections.flatMap((section) => section.lines);
    const width = Math.max(...lines.map((line) => line.what.length));
    const valueWidth = Math.max(...lines.map((line) => line.value.length));
    return this.#sections
      .map(({ title, lines: own }) =>
        [
          title,
          ...own.map((line) =>
            `  ${line.what.padEnd(width)}  ${line.value.padEnd(valueWidth)}  ${line.verdict}`.trimEnd(),
          ),
        ].join('\n'),
      )
      .join('\n\n');
  }

  json(): string {
    const { version, arch, platform } = process;
    return `${JSON.stringify({ node: version, platform, arch, failures: this.#failures, figures: this.#figures }, null, 2)}\n`;
  }

  #add(what: string, value: string, verdict: string): void {
    this.#sections[this.#sections.length - 1]?.lines.push({ what, value, verdict });
  }
}

function show(value: Spread, factor: number): string {
  const digits = (number: number): string => {
    const scaled = number * factor;
    return scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2);
  };
  return `${digits(value.median)} (${digits(value.min)}..${digits(value.max)})`;
}
