// How much of its weight an endpoint has while it warms up: little when the proxy first sees it ready, all of it when the window is over.
// Pure. Source: envoyproxy/envoy:source/extensions/load_balancing_policies/common/load_balancer_impl.cc EdfLoadBalancerBase
// (recalculateHostsInSlowStart, applySlowStartFactor) at 1.37.
import type { SlowStart } from './configuration.ts';

/** In parts per million; a whole number from 1 to a million. `age`: microseconds since it was first seen ready. */
export function warmth({ window, aggression, minPercent }: SlowStart, age: number): number {
  if (age >= window) return 1_000_000;
  // Envoy counts milliseconds, the first of them from the start.
  const passed = Math.max(1_000, Math.floor(age / 1_000) * 1_000) / window;
  const share = aggression === 1 ? passed : power(passed, 1 / aggression);
  return Math.max(1, Math.floor(1_000_000 * Math.min(1, Math.max(share, minPercent / 100))));
}

/** Binary digits of an exponent's fraction that count. */
const fractionDigits = 40;

/** `base` to a power above 0, by multiplications and square roots alone: those are the same in every engine. */
function power(base: number, exponent: number): number {
  let result = 1;
  const whole = Math.floor(exponent);
  // An exponent beyond this leaves nothing of a base below 1 that a weight could show.
  for (let index = 0; index < Math.min(whole, 10_000); index += 1) result *= base;
  let rest = exponent - whole;
  let root = base;
  for (let digit = 0; digit < fractionDigits && rest > 0; digit += 1) {
    root = Math.sqrt(root);
    rest *= 2;
    if (rest >= 1) {
      result *= root;
      rest -= 1;
    }
  }
  return result;
}
