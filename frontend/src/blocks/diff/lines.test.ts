import { expect, test } from "vitest";
import { countLines } from "./lines";

test.each([
  ["a\nb\nc\n", "a\nB\nc\n", 1, 1],
  ["a\n", "a\nb\nc\n", 2, 0],
  ["a\nb\n", "", 0, 2],
  ["", "x\n", 1, 0],
  ["", "x", 1, 0],
  ["same\n", "same\n", 0, 0],
  ["", "", 0, 0],
])("from %j to %j: %d came, %d went", (before, after, added, removed) => {
  expect(countLines(before, after)).toEqual({ added, removed });
});
