import { describe, expect, test } from "vitest";
import type { FileBody } from "@/api/types";
import { changedPaths, draftReducer, moveProblem, NO_DRAFT, pathProblem, type DraftAction } from "./draft";

const body = (path: string, content = ""): FileBody => ({ path, content, encoding: "utf-8", size: content.length });
const start: DraftAction = { type: "loaded", files: [body("util/a.py"), body("main.py", "x"), body("b.py")], selected: "main.py" };
const after = (...actions: DraftAction[]) => [start, ...actions].reduce(draftReducer, NO_DRAFT);

describe("a draft of files", () => {
  test("lists files of the top before those in folders and opens the wanted one", () => {
    const draft = after();
    expect(draft.files.map((file) => file.path)).toEqual(["b.py", "main.py", "util/a.py"]);
    expect(draft.selected).toBe("main.py");
    expect(changedPaths(draft).size).toBe(0);
  });

  test("knows what is not saved, and forgets it when the edit is taken back", () => {
    expect([...changedPaths(after({ type: "edit", path: "main.py", content: "y" }))]).toEqual(["main.py"]);
    expect(changedPaths(after({ type: "edit", path: "main.py", content: "y" }, { type: "edit", path: "main.py", content: "x" })).size).toBe(0);
  });

  test("counts a new name as one file gone and one come, and stays at the file", () => {
    const draft = after({ type: "select", path: "b.py" }, { type: "rename", from: "b.py", to: "c.py" });
    expect([...changedPaths(draft)].sort()).toEqual(["b.py", "c.py"]);
    expect(draft.selected).toBe("c.py");
  });

  test("opens a file that was added, and another when the open one is removed", () => {
    expect(after({ type: "put", files: [{ path: "new.py", content: "" }] }).selected).toBe("new.py");
    expect(after({ type: "remove", path: "main.py" }).selected).toBe("b.py");
  });

  test("replaces a file that is uploaded again", () => {
    const draft = after({ type: "put", files: [{ path: "main.py", content: "z" }] });
    expect(draft.files.filter((file) => file.path === "main.py")).toEqual([{ path: "main.py", content: "z", encoding: "utf-8" }]);
  });

  test("keeps a tab for each file that was opened, and closes it without losing what was written", () => {
    const opened = [{ type: "select", path: "b.py" }, { type: "edit", path: "b.py", content: "new" }] as const;
    expect(after(...opened).open).toEqual(["main.py", "b.py"]);
    const closed = after(...opened, { type: "close", path: "b.py" });
    expect(closed).toMatchObject({ open: ["main.py"], selected: "main.py" });
    expect([...changedPaths(closed)]).toEqual(["b.py"]);
    expect(after({ type: "close", path: "main.py" })).toMatchObject({ open: [], selected: null });
  });

  test("moves and removes a folder with all that is in it", () => {
    const moved = after({ type: "select", path: "util/a.py" }, { type: "rename", from: "util", to: "lib/deep" });
    expect(moved.files.map((file) => file.path)).toEqual(["b.py", "main.py", "lib/deep/a.py"]);
    expect(moved).toMatchObject({ selected: "lib/deep/a.py", open: ["main.py", "lib/deep/a.py"] });
    const removed = after({ type: "select", path: "util/a.py" }, { type: "remove", path: "util" });
    expect(removed.files.map((file) => file.path)).toEqual(["b.py", "main.py"]);
    expect(removed.open).toEqual(["main.py"]);
  });

  test("takes back work that was not saved, which then is not saved yet", () => {
    const draft = after({ type: "recovered", files: [body("main.py", "mine"), body("new.py")] });
    expect([...changedPaths(draft)].sort()).toEqual(["b.py", "main.py", "new.py", "util/a.py"]);
    expect(draft.selected).toBe("main.py");
  });

  test("takes it back over the version that it began with", () => {
    const draft = after({ type: "recovered", files: [body("main.py", "mine")], saved: [body("main.py", "older")] });
    expect(draft.saved).toEqual([{ path: "main.py", content: "older", encoding: "utf-8" }]);
    expect([...changedPaths(draft)]).toEqual(["main.py"]);
  });

  test("gives back what another's files have replaced", () => {
    const mine = after({ type: "edit", path: "main.py", content: "mine" });
    const theirs = draftReducer(mine, { type: "loaded", files: [body("main.py", "theirs")] });
    expect(theirs.files).toEqual(theirs.saved);
    expect(draftReducer(theirs, { type: "putBack" })).toMatchObject({ files: mine.files, saved: mine.saved });
  });

  test("has nothing unsaved after a save", () => {
    const edited = after({ type: "edit", path: "main.py", content: "y" });
    expect(changedPaths(draftReducer(edited, { type: "saved", files: edited.files, sent: edited.files })).size).toBe(0);
  });
});

test("what is typed while a save is under way stays, and is not saved yet", () => {
  const sent = after({ type: "edit", path: "main.py", content: "y=1" }, { type: "edit", path: "b.py", content: "z=1" });
  const files = sent.files.map((file) => ({ ...file, content: file.content.replace("=", " = ") }));
  const typed = draftReducer(sent, { type: "edit", path: "b.py", content: "z=12" });
  const draft = draftReducer(typed, { type: "saved", files, sent: sent.files });
  expect(draft.files.map((file) => file.content)).toEqual(["z=12", "y = 1", ""]);
  expect([...changedPaths(draft)]).toEqual(["b.py"]);
});

describe("a file name", () => {
  test.each(["read.py", "tools/read.py", ".env"])("%s is fine", (path) => expect(pathProblem(path, ["main.py"])).toBeNull());
  test.each([
    ["", "name"],
    ["/etc/passwd", "inside the folder"],
    ["a\\b", "inside the folder"],
    ["a//b", "needs a name"],
    ["../x", "needs a name"],
    ["MAIN.py", "already"],
    ["main.py/x", "same name"],
    ["x".repeat(201), "200"],
  ])("%s is refused", (path, word) => expect(pathProblem(path, ["main.py"])).toContain(word));
});

describe("a folder that moves", () => {
  const paths = ["tools/read.py", "tools/new.py", "lib/tools/READ.py", "free/a.py"];
  test("may not land on files that are there", () => {
    expect(moveProblem(paths, "tools", "lib/tools")).toContain("lib/tools/read.py: There is a file of this name already");
  });
  test("may not take the name of a file", () => {
    expect(moveProblem([...paths, "free/tools"], "tools", "free/tools")).toContain("same name");
  });
  test("may go where nothing is in the way, also without a file in it", () => {
    expect(moveProblem(paths, "tools", "free/tools")).toBeNull();
    expect(moveProblem(paths, "empty", "free/empty")).toBeNull();
    expect(moveProblem(paths, "empty", "free/a.py")).toContain("already");
  });
});
