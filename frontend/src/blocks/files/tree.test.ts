import { expect, test } from "vitest";
import { droppedPath, foldersOf, treeRows } from "./tree";

const shape = (files: string[], empty: string[] = [], closed: string[] = []) =>
  treeRows(files, empty, new Set(closed)).map(({ level, name, kind }) => `${" ".repeat(level - 1)}${name}${kind === "folder" ? "/" : ""}`);

test("folders come before files, each by name", () => {
  expect(shape(["main.py", "util/b.py", "a.py", "util/deep/x.py", "util/a.py"])).toEqual([
    "util/", " deep/", "  x.py", " a.py", " b.py", "a.py", "main.py",
  ]);
});

test("what is in a closed folder is not shown, and an empty folder is", () => {
  expect(shape(["util/deep/x.py", "main.py"], ["new/one"], ["util"])).toEqual(["new/", " one/", "util/", "main.py"]);
});

test("paths know the folders above them", () => {
  expect(foldersOf("a/b/c.py")).toEqual(["a", "a/b"]);
  expect(foldersOf("c.py")).toEqual([]);
  expect(droppedPath("tools/read.py", "lib")).toBe("lib/read.py");
  expect(droppedPath("tools/read.py", "")).toBe("read.py");
});
