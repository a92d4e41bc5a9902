import { expect, test } from "vitest";
import { addDays, clockOf, dayOf, dayWords, daysBetween, hourOf, inZone, isZone, momentOf, mondayOf, shortly, startOf, wallOf, weekOf } from "./zones";

const PARIS = "Europe/Paris";

test("a moment reads as the clocks of a zone show it", () => {
  expect(wallOf("2026-03-29T01:00:00Z", PARIS)).toBe("2026-03-29T03:00");
  expect(inZone("2026-11-22T02:00:00Z", PARIS)).toBe("Sun, 22 Nov 2026, 03:00");
  expect(shortly("2026-11-22T02:00:00Z", PARIS)).toBe("Sun 03:00");
  expect([clockOf("2026-11-22T02:00:00Z", PARIS), clockOf("2026-11-22T02:00:30Z", PARIS)]).toEqual(["03:00", "03:00:30"]);
  expect([dayOf("2026-11-22T23:30:00Z", PARIS), hourOf("2026-11-22T23:30:00Z", PARIS)]).toEqual(["2026-11-23", 0]);
  expect(hourOf("2026-11-22T18:45:00Z", "Asia/Kolkata")).toBe(0);
});

test.each([
  ["2026-11-22T03:00", PARIS, "2026-11-22T02:00:00.000Z"],
  ["2026-07-01T03:00", PARIS, "2026-07-01T01:00:00.000Z"],
  ["2026-11-22T03:00", "America/New_York", "2026-11-22T08:00:00.000Z"],
  ["2026-03-29T03:30", PARIS, "2026-03-29T01:30:00.000Z"],
  // The clocks go from 02:00 to 03:00: the time in between is moved behind the gap.
  ["2026-03-29T02:30", PARIS, "2026-03-29T01:30:00.000Z"],
])("%s in %s is %s", (wall, zone, moment) => expect(momentOf(wall, zone)).toBe(moment));

test("a day begins when the zone's clocks say so, on days of a change too", () => {
  expect(startOf("2026-03-29", PARIS)).toBe("2026-03-28T23:00:00.000Z");
  expect(startOf("2026-03-30", PARIS)).toBe("2026-03-29T22:00:00.000Z");
});

test("days and weeks are counted as calendars do", () => {
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  expect(daysBetween("2026-12-30", "2027-01-01")).toEqual(["2026-12-30", "2026-12-31", "2027-01-01"]);
  expect(dayWords("2026-11-22")).toBe("Sunday 22 November 2026");
});

test.each([
  ["2026-11-22", "2026-W47", "2026-11-16"],
  ["2027-01-01", "2026-W53", "2026-12-28"],
  ["2024-12-30", "2025-W01", "2024-12-30"],
])("%s lies in %s, which begins on %s", (day, week, monday) => {
  expect(weekOf(day)).toBe(week);
  expect(mondayOf(week)).toBe(monday);
});

test("what is no week and no zone is said to be none", () => {
  expect([null, "2025-W53", "2026-W00", "soon"].map(mondayOf)).toEqual([null, null, null, null]);
  expect([isZone("Europe/Paris"), isZone("Mars/Base"), isZone(null)]).toEqual([true, false, false]);
});
