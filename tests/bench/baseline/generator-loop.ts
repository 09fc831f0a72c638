// Frozen yardstick: a discrete-event loop as one writes it in plain JavaScript. Processes are generators that yield how long
// they wait, as in SimPy; the queue is tinyqueue over objects. Do not improve it: ratios are against this.
import TinyQueue from 'tinyqueue';

interface Waiting {
  readonly time: number;
  readonly seq: number;
  readonly process: Generator<number, void>;
}

export class GeneratorLoop {
  now = 0;
  #seq = 0;
  readonly #queue = new TinyQueue<Waiting>([], (a, b) => a.time - b.time || a.seq - b.seq);

  start(process: Generator<number, void>): void {
    const wait = process.next();
    if (wait.done !== true) this.#queue.push({ time: this.now + wait.value, seq: this.#seq++, process });
  }

  /** Lets `count` waits end. */
  run(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const next = this.#queue.pop();
      if (next === undefined) return;
      this.now = next.time;
      this.start(next.process);
    }
  }
}
