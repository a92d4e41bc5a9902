/** Moments on the clocks of a zone, days and weeks. Pure; a day is `2026-11-22`, a wall time `2026-11-22T03:00`. */

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  formats.set(key, made);
  return made;
}

const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};

function partsOf(at: number, zone: string): Record<string, string> {
  return Object.fromEntries(format(zone, "parts", PARTS).formatToParts(at).map(({ type, value }) => [type, value]));
}

/** `2026-11-22T03:00` as the clocks of the zone show it. */
export function wallOf(iso: string, zone: string): string {
  const { year, month, day, hour, minute } = partsOf(Date.parse(iso), zone);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** The same with its seconds, where it has some. */
export function exactWallOf(iso: string, zone: string): string {
  const { second } = partsOf(Date.parse(iso), zone);
  return second === "00" ? wallOf(iso, zone) : `${wallOf(iso, zone)}:${second}`;
}

/** The moment (UTC) at which the clocks of the zone show this; one that does not exist is moved behind the gap. */
export function momentOf(wall: string, zone: string): string {
  const meant = Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}Z`);
  const offset = (at: number) => {
    const { year, month, day, hour, minute, second } = partsOf(at, zone);
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - at;
  };
  // Twice, as the first guess may lie on the other side of a change of the clocks.
  const guess = meant - offset(meant);
  return new Date(meant - Math.min(offset(guess), offset(meant - offset(guess)))).toISOString();
}

/** `Sun, 22 Nov 2026, 03:00` on the clocks of the zone. */
export function inZone(iso: string, zone: string): string {
  const words = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return format(zone, "words", { ...words, hourCycle: "h23" } as Intl.DateTimeFormatOptions).format(Date.parse(iso));
}

/** `Sun 03:00` on the clocks of the zone. */
export function shortly(iso: string, zone: string): string {
  const words = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return format(zone, "short", words).format(Date.parse(iso)).replace(",", "");
}

/** `03:00`, or `03:00:30` where the seconds count. */
export function clockOf(iso: string, zone: string): string {
  const { hour, minute, second } = partsOf(Date.parse(iso), zone);
  return second === "00" ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
}

export function dayOf(iso: string, zone: string): string {
  return wallOf(iso, zone).slice(0, 10);
}

/** The hour of the day, 0 to 23. */
export function hourOf(iso: string, zone: string): number {
  return Number(wallOf(iso, zone).slice(11, 13));
}

/** The moment at which the day begins in the zone. */
export function startOf(day: string, zone: string): string {
  return momentOf(`${day}T00:00`, zone);
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** The days from one to another, both included. */
export function daysBetween(first: string, last: string): string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS);
  return Array.from({ length: Math.max(0, count + 1) }, (_, index) => addDays(first, index));
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** `Sunday 22 November 2026`. */
export function dayWords(day: string): string {
  const words = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  return format("UTC", "day", words).format(Date.parse(`${day}T00:00:00Z`)).replace(",", "");
}

/** The week of a day, as ISO 8601 counts them: `2026-W47`. */
export function weekOf(day: string): string {
  const thursday = addDays(day, 3 - weekdayOf(day));
  const year = thursday.slice(0, 4);
  const count = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01`)) / DAY_MS / 7) + 1;
  return `${year}-W${String(count).padStart(2, "0")}`;
}

/** The Monday of `2026-W47`; null if that is no week. */
export function mondayOf(week: string | null): string | null {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(week ?? "") ?? [];
  if (!year || Number(year) < 1970 || Number(number) < 1) return null;
  // The fourth of January always lies in the first week.
  const first = addDays(`${year}-01-04`, -weekdayOf(`${year}-01-04`));
  const monday = addDays(first, 7 * (Number(number) - 1));
  return weekOf(monday) === week ? monday : null;
}

/** True for a zone that this browser knows; servers may know newer ones. */
export function isZone(zone: string | null): zone is string {
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
