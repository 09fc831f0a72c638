// The playback clock: the one place that knows the wall clock. It moves the playhead on by simulated time while the page is seen
// and playing; everything else is a function of the playhead.

export interface PlaybackHead {
  /** Microseconds of simulated time. */
  readonly t: number;
  /** Simulated time per wall time: 1 is real time. */
  readonly speed: number;
  /** Playback waits here: no later record has been computed. */
  readonly limit: number;
  /** When something moves again, if nothing does at `t` and quiet stretches are to be hurried through. */
  readonly quietUntil: number | undefined;
}

export interface PlaybackTarget {
  head(): PlaybackHead;
  advance(t: number): void;
}

/** A frame later than this counts as this long: a page that was hidden does not jump. */
const FRAME_MAX_MS = 100;
/** Quiet stretches pass in this time. */
const QUIET_MS = 350;

/** Starts to play; returns what stops it. */
export function play(target: PlaybackTarget): () => void {
  let frame = 0;
  let last: number | undefined;
  let quiet: { readonly until: number; readonly perMs: number } | undefined;

  const tick = (now: number): void => {
    frame = requestAnimationFrame(tick);
    const elapsed = Math.min(FRAME_MAX_MS, last === undefined ? 0 : now - last);
    last = now;
    const { t, speed, limit, quietUntil } = target.head();
    if (quietUntil === undefined) quiet = undefined;
    else if (quiet?.until !== Math.min(quietUntil, limit)) quiet = quietStretch(t, Math.min(quietUntil, limit));
    const perMs = speed * 1_000;
    const next =
      quiet === undefined ? t + elapsed * perMs : Math.min(quiet.until, t + elapsed * Math.max(perMs, quiet.perMs));
    target.advance(Math.min(limit, next));
  };
  frame = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(frame);
}

function quietStretch(from: number, until: number): { readonly until: number; readonly perMs: number } {
  return { until, perMs: (until - from) / QUIET_MS };
}
