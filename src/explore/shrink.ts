// Shrinking: of changes that together make a schedule fail, the fewest that still do (delta debugging, Zeller and Hildebrandt 2002),
// and of each of these the least.

/** A change of a wait to `value`, which was `wait.drawn`. */
interface Shrinkable {
  readonly wait: { readonly drawn: number; readonly fact: { readonly min: number; readonly max: number } };
  readonly value: number;
}

/** What came of changes that were asked about. */
export interface Asked {
  readonly fails: boolean;
  /**
   * Microseconds by which the change at `index` may come nearer to what was drawn, or go farther from it, and all goes as it does here.
   * 0 where nothing is known of it.
   */
  stays(index: number, way: 'nearer' | 'farther'): number;
}

/**
 * Changes of which none can be left out, each as near to what was drawn as it can be: without any one of them, or with it one
 * microsecond nearer, the schedule holds. `changes` fail together; `ask` asks about others, and its steps are passed on.
 */
export function* shrink<C extends Shrinkable, S>(
  changes: readonly C[],
  ask: (kept: readonly C[]) => Generator<S, Asked>,
): Generator<S, readonly C[]> {
  let least = yield* fewest(changes, ask);
  // Going all the way, fewer may be enough.
  const whole = least.map((change) => {
    const { drawn, fact } = change.wait;
    return { ...change, value: change.value > drawn ? fact.max : fact.min };
  });
  if (least.length > 1 && (yield* ask(whole)).fails) least = yield* fewest(whole, ask);
  // With one of them nearer, another may be too, or may not be needed any more: until nothing gives.
  for (let index = 0, still = 0; still < least.length; still += 1) {
    const nearer = yield* shrinkOne(least, index, ask);
    if (nearer !== least) still = -1;
    // What comes after one that was left out has its place now.
    index = nearer.length < least.length ? index % nearer.length : (index + 1) % nearer.length;
    least = nearer;
  }
  return least;
}

/** The same changes if the one at `index` is needed as it is; else without it, or with it as near as it can be. */
function* shrinkOne<C extends Shrinkable, S>(
  changes: readonly C[],
  index: number,
  ask: (kept: readonly C[]) => Generator<S, Asked>,
): Generator<S, readonly C[]> {
  const change = changes[index];
  if (change === undefined) return changes;
  const others = changes.toSpliced(index, 1);
  if (others.length > 0 && (yield* ask(others)).fails) return others;
  const { drawn } = change.wait;
  const sign = change.value > drawn ? 1 : -1;
  const away = Math.abs(change.value - drawn);
  const at = (far: number): readonly C[] => changes.with(index, { ...change, value: drawn + sign * far });
  if (away === 1) return changes;
  const next = yield* ask(at(away - 1));
  if (!next.fails) return changes;
  const leapt = yield* nearest(away - 1 - next.stays(index, 'nearer'), function* (far) {
    const asked = yield* ask(at(far));
    const { fails } = asked;
    return { fails, stays: asked.stays(index, fails ? 'nearer' : 'farther') };
  });
  // What was leapt over is looked at where it ends: handlers that keep an instant may tell apart what no order does.
  if ((yield* ask(at(leapt))).fails && (leapt === 1 || !(yield* ask(at(leapt - 1))).fails)) return at(leapt);
  const walked = yield* nearest(away - 1, function* (far) {
    return { fails: (yield* ask(at(far))).fails, stays: 0 };
  });
  return at(walked);
}

/** By how much longer the next step is as long as all of them fail. */
const leapGrowth = 8;

/**
 * A distance of 1 or more at which it fails, and does not one nearer: it does at `fits`, and does not at 0. `stays`: how many microseconds
 * the same answer goes on, nearer where it fails, else farther.
 */
function* nearest<S>(
  fits: number,
  ask: (far: number) => Generator<S, { readonly fails: boolean; readonly stays: number }>,
): Generator<S, number> {
  let [holds, fit] = [0, Math.max(1, fits)];
  let leap = 1;
  while (fit - holds > 1) {
    const far = Math.max(Math.floor((fit + holds) / 2), fit - leap);
    const { fails, stays } = yield* ask(far);
    if (fails) {
      fit = Math.max(holds + 1, far - stays);
      leap *= leapGrowth;
    } else {
      holds = Math.min(fit - 1, far + stays);
      leap = Infinity;
    }
  }
  return fit;
}

function* fewest<C, S>(
  changes: readonly C[],
  ask: (kept: readonly C[]) => Generator<S, Asked>,
): Generator<S, readonly C[]> {
  let kept = changes;
  let parts = 2;
  while (kept.length > 1) {
    const size = Math.ceil(kept.length / parts);
    let smaller: readonly C[] | undefined;
    for (let first = 0; first < kept.length && smaller === undefined; first += size) {
      const part = kept.slice(first, first + size);
      const rest = [...kept.slice(0, first), ...kept.slice(first + size)];
      if (parts > 2 || part.length < kept.length) {
        if ((yield* ask(part)).fails) [smaller, parts] = [part, 2];
        else if ((yield* ask(rest)).fails) [smaller, parts] = [rest, Math.max(2, parts - 1)];
      }
    }
    if (smaller !== undefined) kept = smaller;
    else if (size === 1) return kept;
    else parts = Math.min(kept.length, parts * 2);
  }
  return kept;
}
