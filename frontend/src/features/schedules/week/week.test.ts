import { expect, test } from "vitest";
import type { Hours } from "../api";
import { itemWords, keyOf, oftenWords, weekOfHours, type Cell } from "./week";

const cell = (at: string, change: Partial<Cell> = {}): Cell => ({
  ...{ schedule_id: 1, at, first_at: at, planned: 0, ran: 0, caught_up: 0, skipped: 0, missed: 0, failed: 0 },
  ...change,
});
const hours = (cells: Cell[]): Hours => ({
  schedules: [1, 2].map((id) => ({ id, name: `schedule ${id}`, script: { id: 3, name: "backup" }, words: "" })),
  cells,
  hours: [],
  too_often: [],
  complete: true,
});

test("single runs lie in the hour of the zone's clock, earliest first", () => {
  const week = weekOfHours(
    hours([cell("2026-11-22T23:40:00Z", { ran: 1 }), cell("2026-11-22T23:10:00Z", { schedule_id: 2, missed: 1 })]),
    "Europe/Paris",
  );
  const found = week.items.get(keyOf("2026-11-23", 0));
  expect(found?.map((item) => [item.schedule.id, item.tone])).toEqual([
    [2, "bad"],
    [1, "good"],
  ]);
  expect(week.dense).toEqual([]);
});

test("what runs every minute is one line of hours", () => {
  const [dense] = weekOfHours(hours([cell("2026-11-22T10:00:00Z", { ran: 58, failed: 2, skipped: 2 })]), "UTC").dense;
  expect(dense && oftenWords(dense)).toBe("60 an hour");
  expect(dense?.days.get("2026-11-22")?.map((item) => item?.tone ?? "")[10]).toBe("fail");
});

test("what runs each hour of the day is often, too", () => {
  const each = Array.from({ length: 24 }, (_, hour) => cell(`2026-11-22T${String(hour).padStart(2, "0")}:00:00Z`, { planned: 1 }));
  const [dense] = weekOfHours(hours(each), "UTC").dense;
  expect(dense && oftenWords(dense)).toBe("24 a day");
});

test("what became of an hour is said in words", () => {
  const at = "2026-11-22T10:00:00Z";
  const schedule = hours([]).schedules[0]!;
  expect(itemWords({ cell: cell(at, { missed: 1, ran: 2, failed: 1, planned: 3 }), schedule, tone: "bad", count: 6 })).toBe(
    "1 missed, 2 ran and 3 to come; 1 failed",
  );
});
