// Shrinking: of changes that together make a schedule fail, the fewest that still do (delta debugging, Zeller and Hildebrandt 2002),
// and of each of these the least.

/** A change of a wait to `value`, which was `wait.drawn`. */
interface Shrinkable {
  readonly wait: { readonly drawn: number; readonly fact: { readonly min: number; readonly max: number } };
  readonly value: number;
}

/**
 * Changes of which none can be left out, each as near to what was drawn as it can be: without any one of them, or with it one
 * microsecond nearer, the schedule holds. `changes` fail together; `fails` asks about others, and its steps are passed on.
 */
export function* shrink<C extends Shrinkable, S>(
  changes: readonly C[],
  fails: (kept: readonly C[]) => Generator<S, boolean>,
): Generator<S, readonly C[]> {
  let least = yield* fewest(changes, fails);
  // Going all the way, fewer may be enough.
  const whole = least.map((change) => {
    const { drawn, fact } = change.wait;
    return { ...change, value: change.value > drawn ? fact.max : fact.min };
  });
  if (least.length > 1 && (yield* fails(whole))) least = yield* fewest(whole, fails);
  // With one of them nearer, another may be too, or may not be needed any more: until nothing gives.
  for (let index = 0, still = 0; still < least.length; still += 1) {
    const nearer = yield* shrinkOne(least, index, fails);
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
  fails: (kept: readonly C[]) => Generator<S, boolean>,
): Generator<S, readonly C[]> {
  const change = changes[index];
  if (change === undefined) return changes;
  const others = changes.toSpliced(index, 1);
  if (others.length > 0 && (yield* fails(others))) return others;
  const { drawn } = change.wait;
  const step = change.value > drawn ? -1 : 1;
  const at = (value: number): readonly C[] => changes.with(index, { ...change, value });
  if (change.value + step === drawn || !(yield* fails(at(change.value + step)))) return changes;
  let holds = drawn;
  let fit = change.value + step;
  while (Math.abs(fit - holds) > 1) {
    const middle = Math.floor((fit + holds) / 2);
    if (yield* fails(at(middle))) fit = middle;
    else holds = middle;
  }
  return at(fit);
}

function* fewest<C, S>(
  changes: readonly C[],
  fails: (kept: readonly C[]) => Generator<S, boolean>,
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
        if (yield* fails(part)) [smaller, parts] = [part, 2];
        else if (yield* fails(rest)) [smaller, parts] = [rest, Math.max(2, parts - 1)];
      }
    }
    if (smaller !== undefined) kept = smaller;
    else if (size === 1) return kept;
    else parts = Math.min(kept.length, parts * 2);
  }
  return kept;
}
