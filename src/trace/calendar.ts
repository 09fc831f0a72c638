// The calendar of a simulated world, for texts that carry a date: access logs and objects' timestamps.
// Simplified: the run's time 0 is midnight of 2026-01-01 UTC, and no run lasts longer than January.

const DAY = 86_400;

/** RFC 3339 with milliseconds: `2026-01-01T00:00:07.274Z`. `at` in microseconds since the run's time 0. */
export function dateOf(at: number): string {
  return `${secondsOf(at)}.${padded(Math.floor(at / 1_000) % 1_000, 3)}Z`;
}

/** RFC 3339 with whole seconds, as the API server writes them. */
export function timestampOf(at: number): string {
  return `${secondsOf(at)}Z`;
}

/** What was before the run, such as the day a certificate holds from, is in December. */
function secondsOf(at: number): string {
  const seconds = Math.floor(at / 1_000_000);
  const day = Math.floor(seconds / DAY);
  const rest = seconds - day * DAY;
  const date = day < 0 ? `2025-12-${padded(32 + day)}` : `2026-01-${padded(1 + day)}`;
  return `${date}T${padded(Math.floor(rest / 3_600))}:${padded(Math.floor(rest / 60) % 60)}:${padded(rest % 60)}`;
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
