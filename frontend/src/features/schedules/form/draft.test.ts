import { expect, test } from "vitest";
import { schedule } from "@/testing/schedules";
import { bodyOf, changesOf, draftOf, mistakesOf, newDraft, previewOf } from "./draft";

test("a schedule becomes a draft and the same schedule again", () => {
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
  expect(previewOf({ ...draft, jitter_s: 9_999 }, null)).toMatchObject({ cron: "0 3 * * *", jitter_s: 3_600 });
});

test("what was changed is sent, and nothing else", () => {
  const told = schedule({ enabled: false, environment: { KEY: "one\ntwo=2\r", B: "x" }, arguments: ["a b"], calendars: [{ id: 4, name: "Holidays" }] });
  const draft = draftOf(told);
  expect(changesOf(draft, told)).toEqual({});
  expect(changesOf({ ...draft, name: "Nightly" }, told)).toEqual({ name: "Nightly" });
  expect(changesOf({ ...draft, owner: "2", calendars: [] }, told)).toEqual({ owner_id: 2, calendars: [] });
  expect(changesOf({ ...draft, variables: `${draft.variables}\nC=y` }, told)).toEqual({ environment: { KEY: "one\ntwo=2\r", B: "x", C: "y" } });
  expect(changesOf({ ...draft, kind: "every", every_s: 60 }, told)).toEqual({ kind: "every", cron: "", every_s: 60 });
});

test("a moment that nobody touches stays as it was, to the second and in the second pass of an hour", () => {
  const paced = schedule({ kind: "every", cron: "", every_s: 60, zone: "Europe/Berlin", epoch: "2026-01-01T00:00:30Z", ends_at: "2027-10-31T00:30:00Z" });
  const draft = draftOf(paced);
  expect(draft.epoch).toBe("2026-01-01T01:00:30");
  expect(changesOf({ ...draft, name: "Nightly" }, paced)).toEqual({ name: "Nightly" });
  expect(previewOf(draft, paced)).toMatchObject({ epoch: paced.epoch, ends_at: paced.ends_at, schedule_id: 5 });
  expect(changesOf({ ...draft, zone: "UTC" }, paced)).toEqual({ zone: "UTC", epoch: "2026-01-01T01:00:30.000Z", ends_at: "2027-10-31T02:30:00.000Z" });
  expect(changesOf({ ...draft, ends_at: "" }, paced)).toEqual({ ends_at: null });

  const past = schedule({ kind: "once", cron: "", at: "2020-01-01T00:00:00Z" });
  expect(changesOf({ ...draftOf(past), name: "Done" }, past)).toEqual({ name: "Done" });
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
