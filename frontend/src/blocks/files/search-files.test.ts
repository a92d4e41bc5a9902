import { expect, test } from "vitest";
import type { DraftFile } from "./draft";
import { searchFiles } from "./search-files";

const file = (path: string, content: string, encoding: "utf-8" | "base64" = "utf-8"): DraftFile => ({ path, content, encoding });

test("hits are told with file, line and column, whatever the case unless it matters", () => {
  const files = [file("a.py", "Open\nre-open open"), file("b.py", "nothing"), file("c.bin", "open", "base64")];
  const found = searchFiles(files, "open", false);
  expect(found.files.map(({ path, hits }) => [path, hits.map(({ line, column }) => [line, column])])).toEqual([
    ["a.py", [[1, 0], [2, 3], [2, 8]]],
  ]);
  expect(searchFiles(files, "Open", true).count).toBe(1);
});

test("a hit far to the right is seen in what is shown of its line", () => {
  const [{ hits } = { hits: [] }] = searchFiles([file("a", `${"é".repeat(300)}needle`)], "needle", false).files;
  const [hit] = hits;
  expect(hit?.text.slice(hit.from, hit.to)).toBe("needle");
  expect(hit?.column).toBe(300);
});

test("no more than five hundred are listed, and nothing is found of nothing", () => {
  expect(searchFiles([file("a", "x".repeat(1_000))], "x", false)).toMatchObject({ count: 500, cut: true });
  expect(searchFiles([file("a", "x")], "", false).count).toBe(0);
});
