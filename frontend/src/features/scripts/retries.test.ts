import { expect, test } from "vitest";
import { retriesInWords } from "./retries";

test.each([
  [0, 10, 2, "Tried once, and never again."],
  [1, 10, 2, "Tried up to 2 times: after 10 s."],
  [3, 10, 2, "Tried up to 4 times: after 10 s, 20 s, 40 s."],
  [3, 0, 2, "Tried up to 4 times: again at once."],
  [2, 30, 1, "Tried up to 3 times: after 30 s, 30 s."],
  [10, 10, 2, "Tried up to 11 times: after 10 s, 20 s, 40 s, 1 min 20 s, …, 1 h."],
])("%d retries, %d s, factor %d: %s", (count, delay_s, factor, words) => {
  expect(retriesInWords({ count, delay_s, factor, reasons: [] })).toBe(words);
});
