// Work that may wait: each piece is a task of its own, first come, first served, so that a press or a key between two of them is
// heard. Who makes much at once (a page, a picture) makes it so.

/** Does `work` in a later task, after all that was put off before; what it returns calls it off. */
export function inTurn(work: () => void): () => void {
  let isOff = false;
  const turn = (): void => {
    if (!isOff) work();
  };
  // Safari has no scheduler; its timers come in the same order, only later.
  if ('scheduler' in globalThis) void scheduler.postTask(turn);
  else setTimeout(turn);
  return () => (isOff = true);
}
