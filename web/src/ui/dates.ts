// Dates as a seafarer reads them: short where they stand in a list, whole with the zone where one asks.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (n: number) => String(n).padStart(2, '0');

const clock = (d: Date) => `${two(d.getHours())}:${two(d.getMinutes())}`;
const dayNumber = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000;
const isoDay = (d: Date) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;

/** "06:42". */
export const clockTime = (at: Date): string => clock(at);

/** The zone this device keeps at `d`: "UTC", "UTC+2", "UTC−3:30". */
export function zoneOf(d: Date): string {
  const minutes = -d.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 ? `:${two(size % 60)}` : '';
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

/** For a list: "14:05" today, "Yesterday", "12 Mar" this year, "2025-03-12" before. */
export function shortDate(at: Date, now: Date): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return clock(at);
  if (days === 1) return 'Yesterday';
  if (at.getFullYear() === now.getFullYear()) return `${at.getDate()} ${MONTHS[at.getMonth()]}`;
  return isoDay(at);
}

/** For a message: "14:05", "Yesterday 14:05", "12 Mar 14:05", "2025-03-12 14:05". */
export function mediumDate(at: Date, now: Date): string {
  const short = shortDate(at, now);
  return short === clock(at) ? `Today ${short}` : `${short} ${clock(at)}`;
}

/** Everything: "Thu 12 Mar 2026, 14:05 UTC+2". */
export function fullDate(at: Date): string {
  const day = `${DAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
  return `${day}, ${clock(at)} ${zoneOf(at)}`;
}

/** A clock time with its zone for freshness: "06:42 UTC+2", with the day when it is not today's. */
export function freshness(at: Date, now: Date): string {
  const time = `${clock(at)} ${zoneOf(at)}`;
  return dayNumber(now) === dayNumber(at) ? time : `${shortDate(at, now).replace('Y', 'y')} ${time}`;
}

/** A due day ("2026-03-12") against today: its words and whether it has passed. */
export function dueDate(
  day: string,
  now: Date,
): { text: string; overdue: boolean; soon: boolean; days: number } {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date);
  const days = dayNumber(at) - dayNumber(now);
  const near: Record<number, string> = { [-1]: 'Yesterday', 0: 'Today', 1: 'Tomorrow' };
  const far = at.getFullYear() === now.getFullYear() ? `${date} ${MONTHS[month - 1]}` : day;
  return { text: near[days] ?? far, overdue: days < 0, soon: days >= 0 && days <= 7, days };
}

/** How long until `at`, roughly: "now", "in 40 s", "in 12 min", "in 3 h". */
export function until(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  if (seconds <= 5) return 'now';
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.round(seconds / 60)} min`;
  return `in ${Math.round(seconds / 3600)} h`;
}
