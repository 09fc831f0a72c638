// How long a command takes that nobody acts out: what can be read from it.
import type { DelayFact } from '../../kernel/index.ts';
import { exactly } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import { execRun, hookSleep } from '../facts.ts';

/** `sleep N` in a command (several add up; fractions and the suffixes s, m count) takes as long as it says; any other command a little. */
export function commandTime(command: readonly string[]): DelayFact {
  const sleep = sleepOf(command);
  return sleep === undefined ? execRun : exactly(hookSleep, statedSeconds(sleep));
}

/** Seconds a command sleeps; undefined when it does not. */
function sleepOf(command: readonly string[]): number | undefined {
  const sleeps = [...command.join(' ').matchAll(/\bsleep\s+(\d+(?:\.\d+)?)([sm]?)/g)];
  if (sleeps.length === 0) return undefined;
  return sleeps.reduce((sum, [, count = '0', unit]) => sum + Number(count) * (unit === 'm' ? 60 : 1), 0);
}
