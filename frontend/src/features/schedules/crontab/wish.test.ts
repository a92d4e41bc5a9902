import { expect, test } from "vitest";
import { NO_CHOICES, wishOf, withLine, withText } from "./wish";

test("choices become what the server is asked for", () => {
  const choices = { ...NO_CHOICES, text: "* * * * * x", zone: "UTC", script: "3", scripts: { 2: "7" } };
  expect(wishOf(withLine(withLine(choices, 9, false), 4, false))).toEqual({
    text: "* * * * * x",
    system: false,
    zone: "UTC",
    script_id: 3,
    scripts: [{ line: 2, script_id: 7 }],
    leave_out: [4, 9],
  });
});

test("a line that is left out can be taken in again", () => {
  expect(withLine(withLine(NO_CHOICES, 4, false), 4, true).leaveOut).toEqual([]);
});

test("another file begins anew", () => {
  const chosen = { ...withLine(NO_CHOICES, 4, false), scripts: { 1: "2" }, script: "3" };
  expect(withText(chosen, "new")).toMatchObject({ text: "new", leaveOut: [], scripts: {}, script: "3" });
});
