import { expect, test } from "vitest";
import { changedFields } from "./changed";

test("only what is different is left, however deep it lies", () => {
  const was = { name: "a", limit: null as number | null, rules: { count: 1, on: ["exit"] }, same: [1, { a: 2 }] };
  expect(changedFields(was, structuredClone(was))).toEqual({});
  expect(changedFields(was, { ...was, limit: 0 })).toEqual({ limit: 0 });
  expect(changedFields({ ...was, limit: 3 }, was)).toEqual({ limit: null });
  expect(changedFields(was, { ...was, rules: { count: 1, on: [] } })).toEqual({ rules: { count: 1, on: [] } });
  expect(changedFields<{ owner?: number }>({}, { owner: 2 })).toEqual({ owner: 2 });
});
