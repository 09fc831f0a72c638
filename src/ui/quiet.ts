// Waits until somebody has stopped doing something, for work that should not follow every keystroke. Never used for what is shown.

/** Calls `work` once, `wait` milliseconds after the last call. */
export function afterQuiet(wait: number, work: () => void): { call(): void; flush(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    timer = undefined;
    work();
  };
  return {
    call() {
      clearTimeout(timer);
      timer = setTimeout(run, wait);
    },
    flush() {
      if (timer === undefined) return;
      clearTimeout(timer);
      run();
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
