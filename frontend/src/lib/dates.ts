/** Moments as people read them. Pure, given the present moment. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `3 min. ago`, `in 2 hr.`, `just now`; a date once it is more than a week away. */
export function relative(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 5) return "just now";
  if (distance < MINUTE) return words.format(Math.round(seconds), "second");
  if (distance < HOUR) return words.format(Math.round(seconds / MINUTE), "minute");
  if (distance < DAY) return words.format(Math.round(seconds / HOUR), "hour");
  if (distance < 7 * DAY) return words.format(Math.round(seconds / DAY), "day");
  return day.format(Date.parse(iso));
}

/** Date and time to the second, in the reader's own zone. */
export function moment(iso: string): string {
  return full.format(Date.parse(iso));
}

/** Seconds from one moment to another, or to now while the second has not come. */
export function elapsed(from: string, to: string | null, now: number): number {
  return Math.max(0, ((to ? Date.parse(to) : now) - Date.parse(from)) / 1000);
}

/** The zone that the reader's browser lives in. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
