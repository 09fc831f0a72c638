// What only a bug can cause. An EngineError stops the run; the entry shows it with seed and build.

/** Thrown when an invariant of the engine does not hold. Never thrown for anything a person typed. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Stops the run unless `condition` holds. `must` says what must hold, as a sentence. */
export function assert(condition: boolean, must: string): asserts condition {
  if (!condition) throw new EngineError(must);
}

/** Ends a switch over a discriminated union: a case that was forgotten is a type error here. */
export function assertNever(value: never): never {
  throw new EngineError(`unexpected case ${JSON.stringify(value)}`);
}
