/** A week of all schedules laid out: what runs now and then by day and hour, what runs often in a line of its own. Pure. */
import { listed } from "@/lib/format";
import { dayOf, hourOf } from "@/lib/zones";
import type { Hours } from "../api";
import { failedWords, outcomeWords, toneOf, totalOf, type Tone } from "../tones";

export type Cell = Hours["cells"][number];
export type Shown = Hours["schedules"][number];
export type Item = { cell: Cell; schedule: Shown; tone: Tone; count: number };
/** A schedule that runs so often that single runs say nothing; `hours` by day, 24 places each. */
export type Dense = { schedule: Shown; perHour: number; days: Map<string, (Item | null)[]> };
export type Week = { items: Map<string, Item[]>; dense: Dense[] };

/** More in an hour, or in a day, would bury everything else. */
const MANY_AN_HOUR = 4;
const MANY_A_DAY = 8;

export const keyOf = (day: string, hour: number) => `${day} ${hour}`;

/** Items by day and hour on the clocks of the zone, earliest first. */
export function weekOfHours(hours: Hours, zone: string): Week {
  const schedules = new Map(hours.schedules.map((one) => [one.id, one]));
  const bySchedule = new Map<number, Item[]>();
  for (const cell of hours.cells) {
    const schedule = schedules.get(cell.schedule_id);
    if (schedule) bySchedule.set(schedule.id, [...(bySchedule.get(schedule.id) ?? []), itemOf(cell, schedule)]);
  }
  const week: Week = { items: new Map(), dense: [] };
  for (const items of bySchedule.values()) {
    if (isDense(items, zone)) week.dense.push(denseOf(items, zone));
    else items.forEach((item) => put(week.items, item, zone));
  }
  for (const items of week.items.values()) items.sort((a, b) => a.cell.first_at.localeCompare(b.cell.first_at));
  return week;
}

function itemOf(cell: Cell, schedule: Shown): Item {
  return { cell, schedule, tone: toneOf(cell), count: totalOf(cell) };
}

function isDense(items: Item[], zone: string): boolean {
  const perDay = new Map<string, number>();
  for (const { cell } of items) {
    const day = dayOf(cell.first_at, zone);
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  return items.some((item) => item.count > MANY_AN_HOUR) || [...perDay.values()].some((count) => count > MANY_A_DAY);
}

function denseOf(items: Item[], zone: string): Dense {
  const days: Dense["days"] = new Map();
  for (const item of items) {
    const day = dayOf(item.cell.first_at, zone);
    const hours = days.get(day) ?? Array<Item | null>(24).fill(null);
    hours[hourOf(item.cell.first_at, zone)] = item;
    days.set(day, hours);
  }
  const [first] = items as [Item, ...Item[]];
  return { schedule: first.schedule, perHour: Math.max(...items.map((item) => item.count)), days };
}

function put(items: Week["items"], item: Item, zone: string): void {
  const key = keyOf(dayOf(item.cell.first_at, zone), hourOf(item.cell.first_at, zone));
  items.set(key, [...(items.get(key) ?? []), item]);
}

/** `2 ran; 1 failed`, `1 missed and 1 to come`. */
export function itemWords({ cell }: Item): string {
  return listed(outcomeWords(cell)) + failedWords(cell);
}

/** `60 an hour`, or how often on its busiest day where it runs less than that. */
export function oftenWords(dense: Dense): string {
  if (dense.perHour > 1) return `${dense.perHour} an hour`;
  const most = Math.max(...[...dense.days.values()].map((hours) => hours.filter(Boolean).length));
  return `${most} a day`;
}
