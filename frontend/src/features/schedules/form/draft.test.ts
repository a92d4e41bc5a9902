import { expect, test } from "vitest";
import { schedule } from "@/testing/schedules";
import { bodyOf, draftOf, mistakesOf, newDraft, previewOf } from "./draft";

test("a schedule that is only looked at is sent as it was", () => {
  const told = schedule({
    zone: "Europe/Paris",
    starts_at: "2026-12-01T00:00:00Z",
    arguments: ["--all", "two words"],
    environment: { REGION: "eu" },
    blackouts: [{ from: null, to: null, date: null, weekly: { days: ["sat"], from: "22:00", to: "06:00" }, reason: "Quiet." }],
    calendars: [{ id: 4, name: "Holidays" }],
  });
  expect(bodyOf(draftOf(told))).toMatchObject({
    script_id: 3,
    kind: "cron",
    cron: told.cron,
    zone: "Europe/Paris",
    starts_at: "2026-12-01T00:00:00.000Z",
    ends_at: null,
    arguments: ["--all", "two words"],
    environment: { REGION: "eu" },
    blackouts: [{ weekly: { days: ["sat"], from: "22:00", to: "06:00" }, reason: "Quiet." }],
    calendars: [4],
    owner_id: 1,
  });
});

test("only what belongs to the chosen kind is sent, on the clocks of the zone", () => {
  const draft = { ...newDraft("3"), zone: "Europe/Paris", at: "2026-12-24T18:00", epoch: "2026-01-01T00:00" };
  expect(bodyOf({ ...draft, kind: "once" })).toMatchObject({ cron: "", every_s: null, epoch: null, at: "2026-12-24T17:00:00.000Z" });
  expect(bodyOf({ ...draft, kind: "every" })).toMatchObject({ cron: "", every_s: 600, epoch: "2025-12-31T23:00:00.000Z", at: null });
  expect(previewOf({ ...draft, jitter_s: 9_999 }, 7)).toMatchObject({ cron: "0 3 * * *", jitter_s: 3_600, schedule_id: 7 });
});

test("whoever adds a schedule owns it, unless somebody else is chosen", () => {
  expect(bodyOf(newDraft("3"))).not.toHaveProperty("owner_id");
  expect(bodyOf({ ...newDraft("3"), owner: "2" })).toMatchObject({ owner_id: 2 });
  expect(bodyOf(draftOf(schedule({ owner: null })))).not.toHaveProperty("owner_id");
});

test("what cannot be sent is said by the field", () => {
  expect(mistakesOf(newDraft("3"))).toEqual({});
  const draft = { ...newDraft(null), kind: "once" as const, line: '"open', variables: "NOVALUE" };
  expect(Object.keys(mistakesOf(draft)).sort()).toEqual(["arguments", "at", "environment", "script_id"]);
});
