// Cron schedules as Kubernetes reads them: five fields or a descriptor. Pure; what time it is comes in as an argument.
// Source: robfig/cron/v3 parser.go ParseStandard, spec.go. Not read: a time zone inside the schedule (`TZ=`), which the API refuses.

export type CronSchedule =
  | {
      readonly kind: 'fields';
      readonly minutes: ReadonlySet<number>;
      readonly hours: ReadonlySet<number>;
      readonly days: ReadonlySet<number>;
      readonly months: ReadonlySet<number>;
      readonly weekdays: ReadonlySet<number>;
      /** A star in one of the two makes the other decide alone; without any, either is enough. */
      readonly isEitherDay: boolean;
    }
  /** `@every 90s`: counted from the last run. */
  | { readonly kind: 'every'; readonly seconds: number };

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const monthNames = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

export function isCronSchedule(text: string): boolean {
  return parseCronSchedule(text) !== undefined;
}

/** The schedule a text states; undefined if it is none. */
export function parseCronSchedule(text: string): CronSchedule | undefined {
  if (text.startsWith('@every ')) {
    const parts = [...text.slice('@every '.length).matchAll(/(\d+(?:\.\d+)?)([smh])/g)];
    const isWhole = parts.map(([part]) => part).join('') === text.slice('@every '.length);
    const seconds = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (unitSeconds[unit] ?? 0), 0);
    return isWhole && seconds >= 1 ? { kind: 'every', seconds: Math.floor(seconds) } : undefined;
  }
  const fields = (descriptors[text] ?? text).trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const [minutes, hours, days, months, weekdays] = [
    fieldValues(minute, 0, 59, []),
    fieldValues(hour, 0, 23, []),
    fieldValues(day, 1, 31, []),
    fieldValues(month, 1, 12, monthNames),
    fieldValues(weekday, 0, 6, dayNames),
  ];
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const isEitherDay = !/^[*?]/.test(day) && !/^[*?]/.test(weekday);
  return { kind: 'fields', minutes, hours, days, months, weekdays, isEitherDay };
}

/** A list of `*`, `N`, `N-M`, each with an optional `/STEP`. */
function fieldValues(
  field: string,
  min: number,
  max: number,
  names: readonly string[],
): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    return named >= 0 && text !== '' ? named : /^\d+$/.test(text) ? Number(text) : NaN;
  };
  for (const part of field.split(',')) {
    const [range = '', step = '1', ...rest] = part.split('/');
    const [first = '', last, ...more] = range.split('-');
    const isStar = first === '*' || first === '?';
    const low = isStar ? min : numberOf(first);
    // `N/STEP` goes on to the end.
    const high = isStar || (last === undefined && part.includes('/')) ? max : numberOf(last ?? first);
    const by = /^\d+$/.test(step) ? Number(step) : 0;
    const isWell = low >= min && high <= max && low <= high && by > 0 && rest.length === 0 && more.length === 0;
    if (!isWell || (isStar && last !== undefined)) return undefined;
    for (let value = low; value <= high; value += by) values.add(value);
  }
  return values;
}

/** Whether the schedule names any minute of a day: its number and its month from 1, its weekday from 0 (Sunday). */
export function namesDay(
  schedule: Extract<CronSchedule, { kind: 'fields' }>,
  { day, month, weekday }: { readonly day: number; readonly month: number; readonly weekday: number },
): boolean {
  if (!schedule.months.has(month)) return false;
  const [isDay, isWeekday] = [schedule.days.has(day), schedule.weekdays.has(weekday)];
  return schedule.isEitherDay ? isDay || isWeekday : isDay && isWeekday;
}
