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

function secondsOf(at: number): string {
  const seconds = Math.floor(at / 1_000_000);
  const [day, hour, minute] = [
    Math.floor(seconds / DAY),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  return `2026-01-${padded(1 + day)}T${padded(hour)}:${padded(minute)}:${padded(seconds % 60)}`;
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
