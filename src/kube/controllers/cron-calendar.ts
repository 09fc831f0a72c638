// When a cron schedule comes round, in the calendar of the simulated world. Pure.
// Simplified: the controller's time zone is UTC, and so is every CronJob's `timeZone`.
import type { CronSchedule } from '../../manifests/index.ts';
import { namesDay } from '../../manifests/index.ts';

const DAY_MINUTES = 1_440;
/** The world's time 0 is midnight of 2026-01-01 UTC, a Thursday (trace/calendar.ts). */
const FIRST_YEAR = 2026;
const FIRST_WEEKDAY = 4;
/** Days looked ahead: two years and a leap day; a schedule that names no day within them never comes. */
const DAYS_MAX = 1_462;

const monthDays: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

interface CalendarDay {
  /** From 1. */
  readonly day: number;
  readonly month: number;
  /** From 0, Sunday. */
  readonly weekday: number;
}

/** The `index`-th day of the world, from 0. */
export function calendarDay(index: number): CalendarDay {
  let rest = index;
  let year = FIRST_YEAR;
  const lengthOf = (at: number): number => (isLeap(at) ? 366 : 365);
  for (; rest >= lengthOf(year); year += 1) rest -= lengthOf(year);
  let month = 0;
  const daysOf = (at: number): number => (monthDays[at] ?? 31) + (at === 1 && isLeap(year) ? 1 : 0);
  for (; rest >= daysOf(month); month += 1) rest -= daysOf(month);
  return { day: rest + 1, month: month + 1, weekday: (index + FIRST_WEEKDAY) % 7 };
}

/** The first second after `after` (seconds of the world) at which the schedule comes round; undefined if it never does. */
export function nextRun(schedule: CronSchedule, after: number): number | undefined {
  if (schedule.kind === 'every') return Math.floor(after) + schedule.seconds;
  const first = Math.max(0, Math.floor(after / 60) + 1);
  const day = Math.floor(first / DAY_MINUTES);
  for (let index = day; index < day + DAYS_MAX; index += 1) {
    if (!namesDay(schedule, calendarDay(index))) continue;
    const from = index === day ? first - day * DAY_MINUTES : 0;
    const minute = firstMinute(schedule, from);
    if (minute !== undefined) return (index * DAY_MINUTES + minute) * 60;
  }
  return undefined;
}

function firstMinute({ hours, minutes }: Extract<CronSchedule, { kind: 'fields' }>, from: number): number | undefined {
  for (let at = from; at < DAY_MINUTES; at += 1) if (hours.has(Math.floor(at / 60)) && minutes.has(at % 60)) return at;
  return undefined;
}
