// What a pod's phase means for counting and drawing it.

/** Whether a pod of this phase is no longer in the API server. */
export function isGone(phase: string): boolean {
  return phase === 'Gone';
}

/** Whether a pod of this phase has done its work: it is not expected to become ready any more. */
export function isCompleted(phase: string): boolean {
  return phase === 'Succeeded';
}
