import { describe, expect, test } from "vitest";
import { conflictsIn, settle } from "./conflicts";
import { mergeFiles } from "./merge-files";
import { mergeTexts } from "./three-way";

const base = "a\nb\nc\nd\ne\n";

describe("a merge of texts", () => {
  test.each([
    ["nobody changed anything", base, base, base],
    ["only I did", "a\nB\nc\nd\ne\n", base, "a\nB\nc\nd\ne\n"],
    ["only they did", base, "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nf\n"],
    ["both did, in different places", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\n", "A\nb\nc\nd\n"],
    ["both did the same", "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n"],
    ["one put lines in, the other took others out", "a\nb\nc\nnew\nd\ne\n", "b\nc\nd\ne\n", "b\nc\nnew\nd\ne\n"],
  ])("when %s", (_, mine, theirs, text) => expect(mergeTexts({ base, mine, theirs })).toEqual({ text, conflicts: 0 }));

  test("keeps both sides where both changed the same lines, and nothing else is marked", () => {
    const merged = mergeTexts({ base, mine: "a\nmine\nc\nd\ne\n", theirs: "a\ntheirs\nc\nd\nE\n" });
    expect(merged).toEqual({
      text: "a\n<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\nc\nd\nE\n",
      conflicts: 1,
    });
  });

  test("marks stand on lines of their own also where a file does not end with one", () => {
    const { text } = mergeTexts({ base: "x", mine: "mine", theirs: "theirs" });
    expect(text).toBe("<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\n");
  });

  test("of more different lines than can be told apart loses none of either side", () => {
    const many = Array.from({ length: 60_000 }, (_, at) => `line ${at}\n`).join("");
    const [mine, theirs] = [many.replace("line 59000\n", "mine\n"), many.replace("line 1\n", "theirs\n")];
    const { text, conflicts } = mergeTexts({ base: many, mine, theirs });
    expect(conflicts).toBe(1);
    const [whole] = conflictsIn(text);
    expect(settle(text, whole as NonNullable<typeof whole>, "mine")).toBe(mine);
    expect(settle(text, whole as NonNullable<typeof whole>, "theirs")).toBe(theirs);
  });

  test("one who deletes what the other changes is asked", () => {
    expect(mergeTexts({ base, mine: "a\ne\n", theirs: "a\nb\nC\nd\ne\n" }).conflicts).toBe(1);
  });
});

describe("a conflict", () => {
  const text = "x\n<<<<<<< mine\n1\n=======\n2\n>>>>>>> theirs\ny\n<<<<<<< mine\n=======\n3\n>>>>>>> theirs\n";
  test("is found by its lines", () => {
    expect(conflictsIn(text)).toEqual([{ start: 2, middle: 4, end: 6 }, { start: 8, middle: 9, end: 11 }]);
    expect(conflictsIn(text.replaceAll("\n", "\r\n"))).toHaveLength(2);
    expect(conflictsIn("=======\n>>>>>>> theirs\n<<<<<<< mine\n")).toEqual([]);
  });
  test.each([
    ["mine", "x\n1\ny\n"],
    ["theirs", "x\n2\ny\n"],
    ["both", "x\n1\n2\ny\n"],
  ] as const)("is settled with %s, and the others stay", (choice, start) => {
    const [first] = conflictsIn(text);
    const settled = settle(text, first as NonNullable<typeof first>, choice);
    expect(settled.startsWith(start)).toBe(true);
    expect(conflictsIn(settled)).toHaveLength(1);
  });
});

test("files are merged one by one, and what is deleted on one side only is not lost", () => {
  const file = (path: string, content: string) => ({ path, content });
  const merged = mergeFiles(
    [file("both.py", "1\n"), file("gone.py", "x\n"), file("mine-gone.py", "y\n"), file("same.py", "s")],
    [file("both.py", "mine\n"), file("gone.py", "x\n"), file("new.py", "n"), file("same.py", "s")],
    [file("both.py", "theirs\n"), file("mine-gone.py", "changed\n"), file("same.py", "s")],
  );
  expect(merged.map(({ path, what, content, conflicts }) => [path, what, content === null, conflicts])).toEqual([
    ["both.py", "Changed by both", false, 1],
    ["gone.py", "Deleted by them", true, 0],
    ["mine-gone.py", "Deleted by you, changed by them: kept", false, 0],
    ["new.py", "Added by you", false, 0],
    ["same.py", "", false, 0],
  ]);
});
