import { expect, test } from "vitest";
import { ApiError } from "@/api/client";
import { errorAt, namedIn } from "./errors";

const refusal = new ApiError(422, {
  errors: [
    { field: "cron", message: "No such minute." },
    { field: "blackouts.1.weekly.days", message: "Choose a day." },
  ],
});

test("a field hears of what lies inside it, and of nothing beside it", () => {
  expect(errorAt(refusal, "blackouts.1")).toBe("Choose a day.");
  expect([errorAt(refusal, "blackouts.10"), errorAt(refusal, "cro"), errorAt(new Error("x"), "cron")]).toEqual([null, null, null]);
  expect(errorAt(refusal, "cron")).toBe("No such minute.");
});

test("it is known which of them are shown under their fields", () => {
  expect(namedIn(refusal, ["blackouts", "grace_s"])).toEqual(["blackouts.1.weekly.days"]);
  expect(namedIn(null, ["cron"])).toEqual([]);
});
