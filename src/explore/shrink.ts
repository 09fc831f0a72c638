// Shrinking: of changes that together make a schedule fail, the fewest that still do (delta debugging, Zeller and Hildebrandt 2002),
// and of each of these the least.

/** A change of a wait to `value`, which was `wait.drawn`. */
interface Shrinkable {
  readonly wait: { readonly drawn: number; readonly fact: { readonly min: number; readonly max: number } };
  readonly value: number;
}

/**
 * Changes of which none can be left out, each as near to what was drawn as it can be: one microsecond nearer, the schedule holds.
 * `changes` fail together; `fails` asks about others, and its steps are passed on.
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
  for (let index = 0; index < least.length; index += 1) {
    const change = least[index];
    if (change === undefined) break;
    let holds = change.wait.drawn;
    let fit = change.value;
    while (Math.abs(fit - holds) > 1) {
      const middle = Math.floor((fit + holds) / 2);
      const tried = least.with(index, { ...change, value: middle });
      if (yield* fails(tried)) {
        fit = middle;
        least = tried;
      } else holds = middle;
    }
  }
  return least;
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
