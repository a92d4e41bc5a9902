import { expect, test } from "vitest";
import { fileChanges, type DiffFile } from "./file-sets";

const file = (path: string, content: string, encoding: "utf-8" | "base64" = "utf-8"): DiffFile => ({ path, content, encoding });

test("only what differs is listed, by path, with what was done to it", () => {
  const before = [file("main.py", "a"), file("same.py", "x"), file("gone.py", "g")];
  const after = [file("new/a.py", "n"), file("same.py", "x"), file("main.py", "b")];
  expect(fileChanges(before, after)).toEqual([
    { path: "gone.py", kind: "removed", before: "g", after: "", binary: false },
    { path: "main.py", kind: "changed", before: "a", after: "b", binary: false },
    { path: "new/a.py", kind: "added", before: "", after: "n", binary: false },
  ]);
});

test("a file that is not text is named, not shown, also when only its kind has changed", () => {
  expect(fileChanges([file("logo", "QUFB", "base64")], [file("logo", "QkJC", "base64")])).toMatchObject([{ path: "logo", binary: true }]);
  expect(fileChanges([file("logo", "QUFB", "base64")], [file("logo", "QUFB")])).toMatchObject([{ kind: "changed", binary: true }]);
});

test("an empty file that is new is a change", () => {
  expect(fileChanges([], [file("__init__.py", "")])).toMatchObject([{ kind: "added" }]);
});

test("equal sets differ in nothing, in whatever order", () => {
  const files = [file("a", "1"), file("b", "2")];
  expect(fileChanges(files, files.toReversed())).toEqual([]);
});
