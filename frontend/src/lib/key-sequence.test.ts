import { expect, test } from "vitest";
import { NOTHING_PRESSED, PATIENCE_MS, press } from "./key-sequence";

const KNOWN = ["g s", "g j", "n", "s"];

test("one key alone does what it means", () => {
  expect(press(NOTHING_PRESSED, "n", 0, KNOWN)).toEqual({ done: "n", after: NOTHING_PRESSED });
});

test("a key that begins something waits for the next one", () => {
  const { done, after } = press(NOTHING_PRESSED, "g", 10, KNOWN);
  expect(done).toBeNull();
  expect(press(after, "s", 500, KNOWN).done).toBe("g s");
});

test("a second key that comes too late means itself", () => {
  const { after } = press(NOTHING_PRESSED, "g", 10, KNOWN);
  expect(press(after, "s", 11 + PATIENCE_MS, KNOWN).done).toBe("s");
});

test("a second key that goes on nothing means itself, and an unknown one nothing", () => {
  const { after } = press(NOTHING_PRESSED, "g", 10, KNOWN);
  expect(press(after, "n", 20, KNOWN).done).toBe("n");
  expect(press(after, "x", 20, KNOWN)).toEqual({ done: null, after: NOTHING_PRESSED });
});

test("a key that means something by itself may begin something longer, too", () => {
  const known = [...KNOWN, "g"];
  const { done, after } = press(NOTHING_PRESSED, "g", 10, known);
  expect(done).toBe("g");
  expect(press(after, "j", 500, known)).toEqual({ done: "g j", after: NOTHING_PRESSED });
});
