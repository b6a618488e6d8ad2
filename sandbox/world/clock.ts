// When people write: in daylight, firms on working days, nobody after the end of time.
import type { Random } from './random.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const FIRST_HOUR = 6;
const LAST_HOUR = 18;

/** The moment, moved on to when somebody would be at the desk (hours are UTC). */
export function atDesk(at: number, random: Random, options: { weekends?: boolean } = {}): number {
  let moment = new Date(at);
  const hour = moment.getUTCHours();
  if (hour < FIRST_HOUR || hour >= LAST_HOUR) {
    const start = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
    const next = hour < FIRST_HOUR ? start : start + DAY;
    moment = new Date(next + FIRST_HOUR * HOUR + random.int(0, 150) * 60_000 + random.int(0, 59_000));
  }
  const weekday = moment.getUTCDay();
  if (!options.weekends && (weekday === 0 || weekday === 6) && random.chance(0.85)) {
    return moment.getTime() + (weekday === 6 ? 2 : 1) * DAY;
  }
  return moment.getTime();
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const two = (n: number) => String(n).padStart(2, '0');

/** `12 March 2026` */
export function longDate(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `12 March` */
export const dayAndMonth = (at: number): string => longDate(at).replace(/ \d+$/, '');

/** `2026-03-12` */
export const isoDate = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** `Thursday, 12 March 2026 09:41`, as a quoted mail's head has it. */
export function quotedDate(at: number): string {
  const date = new Date(at);
  return `${DAYS[date.getUTCDay()]}, ${longDate(at)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

export const weekday = (at: number): string => DAYS[new Date(at).getUTCDay()] ?? '';
