// Simulated numbers of programs, each with its source.
import { delayFact, millis, rank, seconds } from '../kernel/index.ts';

/** From the start of a process until it listens. */
export const appBoot = delayFact({
  name: 'host.app-boot',
  min: millis(100),
  max: millis(400),
  rank: rank.lifecycle,
  source: 'model: a small server in an interpreted or compiled language; a scenario states its own',
});

/** From a request's arrival to its answer, where a scenario states nothing. */
export const appService = delayFact({
  name: 'host.app-service',
  min: millis(1),
  max: millis(5),
  shape: 'skewed',
  source: 'model: an echo server; a scenario states its own',
});

/** When a calling program gives up. */
export const requestTimeout = delayFact({
  name: 'host.request-timeout',
  min: seconds(30),
  max: seconds(30),
  source: 'model: a common client default (Go and Java clients of frameworks use 10 to 60 s)',
});

/** When a calling program gives up connecting. */
export const connectTimeout = delayFact({
  name: 'host.connect-timeout',
  min: seconds(5),
  max: seconds(5),
  source: 'model: a common connect timeout of HTTP clients (2 to 10 s)',
});

/** How long a program whose work is done (a Job's or an init container's) runs, where a scenario states nothing. */
export const taskRun = delayFact({
  name: 'host.task-run',
  min: millis(200),
  max: millis(800),
  rank: rank.lifecycle,
  source: 'model: a short task; a scenario states its own',
});

/** From SIGTERM to exit, for a program that does not say otherwise. */
export const termExit = delayFact({
  name: 'host.term-exit',
  min: millis(5),
  max: millis(50),
  rank: rank.lifecycle,
  source: 'model: a program that stops at once on SIGTERM',
});

/** Between two calls of a program that calls at a rate. */
export const callInterval = delayFact({
  name: 'host.call-interval',
  min: millis(1),
  max: seconds(3_600),
  periodic: true,
  source: 'scenario: stated by the program',
});
