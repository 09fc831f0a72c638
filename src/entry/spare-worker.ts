// Workers that start before they are asked for: whoever goes to another lesson, or restarts, does not wait until a script of this size
// has been read and run. One is kept ready where another is likely to be asked for, once the page has been left in peace for a while.

/** After a worker was taken, in milliseconds: then the page has its picture. */
const QUIET_MS = 4_000;

/**
 * What hands out fresh workers of one kind; the first that is asked for starts then.
 *
 * @param isLikely whether another one is likely to be asked for; looked at when the page has been left in peace
 */
export function withSpare(make: () => Worker, isLikely: () => boolean): () => Worker {
  let spare: Worker | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const prepare = (): void => {
    if (!isLikely()) return;
    const made = make();
    // One that could not start is of no use; the next is made when it is asked for, and tells whoever asked.
    made.addEventListener('error', () => {
      if (spare !== made) return;
      made.terminate();
      spare = undefined;
    });
    spare = made;
  };

  return () => {
    const taken = spare ?? make();
    spare = undefined;
    clearTimeout(timer);
    timer = setTimeout(prepare, QUIET_MS);
    return taken;
  };
}
