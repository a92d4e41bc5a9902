import { Text } from "@codemirror/state";
import { expect, test } from "vitest";
import { positionOf, spotAt } from "./columns";

const doc = Text.of(['x = "é😀😀"; y', "second", ""]);

test.each([
  [0, 1, 0],
  [8, 1, 7],
  [10, 1, 8],
  [14, 1, 12],
  [15, 2, 0],
  [22, 3, 0],
])("position %d is line %d, column %d, there and back", (position, line, column) => {
  expect(spotAt(doc, position)).toEqual({ line, column });
  expect(positionOf(doc, { line, column })).toBe(position);
});

test("a spot that is no more becomes the nearest one", () => {
  expect(positionOf(doc, { line: 2, column: 99 })).toBe(21);
  expect(positionOf(doc, { line: 99, column: 0 })).toBe(22);
  expect(positionOf(doc, { line: 0, column: 0 })).toBe(0);
});
