// Instants and spans for people: microseconds in, short text out. Digits and units read the same in every language we speak.

/** An instant in seconds with every microsecond: `4.213402`. */
export function formatInstant(t: number): string {
  return (t / 1_000_000).toFixed(6);
}

/** An instant in seconds and milliseconds, `4.213`, and the microseconds left over, `402`. */
export function splitInstant(t: number): { readonly coarse: string; readonly fine: string } {
  const text = formatInstant(t);
  return { coarse: text.slice(0, -3), fine: text.slice(-3) };
}

/** A span with the unit that suits it and three figures at most: `190 µs`, `1.2 ms`, `3.4 s`. */
export function formatSpan(span: number): string {
  if (span < 1_000) return `${span} µs`;
  if (span < 1_000_000) return `${figures(span / 1_000)} ms`;
  return `${figures(span / 1_000_000)} s`;
}

function figures(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** How fast simulated time runs against the wall clock: `1/200×`, `1×`, `10×`. */
export function formatSpeed(speed: number): string {
  return speed >= 1 ? `${figures(speed)}×` : `1/${Math.round(1 / speed)}×`;
}

export interface LabelRoom {
  /** Whether the column's head names its workload and no other. */
  readonly isAlone: boolean;
  /** Characters. */
  readonly length: number;
}

/**
 * A pod's name on its card, beside its station: whole if it is short; else its workload with the last part, which tells it from its
 * siblings. Where there is no room for both, the last part will do if the column's head names the workload; elsewhere the workload.
 */
export function podLabel(name: string, workload: string, { isAlone, length }: LabelRoom): string {
  const plain = workload.slice(workload.lastIndexOf('/') + 1);
  if (name.length <= length) return name;
  if (!name.startsWith(`${plain}-`)) return shorten(name, length);
  const tail = name.slice(name.lastIndexOf('-') + 1);
  const both = `${plain}…${tail}`;
  if (both.length <= length) return both;
  return isAlone ? shorten(`…${tail}`, length) : shorten(plain, length);
}

/** A text cut in the middle, so that both its start and its end (where names differ) stay. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Kubernetes makes the hashes in names of these letters. Source: kubernetes/kubernetes:staging/src/k8s.io/apimachinery/pkg/util/rand. */
const HASHED = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}-([bcdfghjklmnpqrstvwxz2456789]{5})(?![0-9a-z-])/g;

/** A text in which the names of a Deployment's pods are short: `web-77b77bbc87-q8kc2` is `web-…q8kc2`. */
export function shortenPodNames(text: string): string {
  return text.replace(HASHED, '-…$1');
}
