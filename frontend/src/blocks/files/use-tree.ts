/** What can be done in the tree of files, and which of its rows has the focus. No markup here. */
import { useState } from "react";
import { toast, toastUndo } from "@/ui/toast";
import { isWithin, movedPath, moveProblem } from "./draft";
import { droppedPath, foldersOf, treeRows, type TreeRow } from "./tree";
import type { DraftHandle } from "./use-draft";

/** What the dialog for names is open for. */
export type Naming = { kind: "file" | "folder"; from: string | null; start: string };

export function useTree(handle: DraftHandle, entry: string) {
  const { draft, dispatch } = handle;
  const [empty, setEmpty] = useState<string[]>([]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const [naming, setNaming] = useState<Naming | null>(null);
  /** A row that the keyboard goes to once it is there; `stamp` tells one time from the next. */
  const [wanted, setWanted] = useState<{ path: string; stamp: number } | null>(null);
  const paths = draft.files.map((file) => file.path);
  // A folder that has got a file needs no help any more to be there.
  const bare = empty.filter((folder) => !paths.some((path) => isWithin(path, folder)));
  const rows = treeRows(paths, bare, closed);
  const current = rows.find((row) => row.path === focused) ?? rows.find((row) => row.path === draft.selected) ?? rows[0];

  const toggle = (folder: string, open: boolean) =>
    setClosed((before) => new Set(open ? [...before].filter((path) => path !== folder) : [...before, folder]));
  const reveal = (path: string) => setClosed((before) => new Set([...before].filter((one) => !foldersOf(path).includes(one))));
  const open = (row: TreeRow) => {
    setFocused(row.path);
    if (row.kind === "folder") toggle(row.path, !row.open);
    else dispatch({ type: "select", path: row.path });
  };
  /** The entry is needed: it stays, and with it the folders above it. */
  const fixed = (path: string) => isWithin(entry, path);
  const focus = (path: string) => {
    setFocused(path);
    setWanted((before) => ({ path, stamp: (before?.stamp ?? 0) + 1 }));
  };
  const move = (from: string, to: string) => {
    dispatch({ type: "rename", from, to });
    setEmpty((before) => before.map((path) => movedPath(path, from, to)));
    focus(to);
    reveal(to);
  };
  const remove = (path: string) => {
    const gone = draft.files.filter((file) => isWithin(file.path, path));
    const folders = empty.filter((folder) => isWithin(folder, path));
    dispatch({ type: "remove", path });
    setEmpty((before) => before.filter((folder) => !isWithin(folder, path)));
    const at = rows.findIndex((row) => row.path === path);
    const next = rows.slice(at).find((row) => !isWithin(row.path, path)) ?? rows[at - 1];
    if (next) focus(next.path);
    toastUndo(`Deleted ${path}.`, () => {
      if (gone.length > 0) dispatch({ type: "put", files: gone });
      setEmpty((before) => [...before, ...folders]);
    });
  };
  const named = (path: string) => {
    setNaming(null);
    if (naming?.from) return move(naming.from, path);
    reveal(path);
    if (naming?.kind === "folder") {
      setEmpty((before) => [...before, path]);
      focus(path);
    } else {
      dispatch({ type: "put", files: [{ path, content: "" }] });
      setFocused(path);
      // One names a file to write in it.
      handle.goTo({ path, line: 1, column: 0 });
    }
  };
  /** Back to where the keyboard was. */
  const unnamed = () => {
    setNaming(null);
    if (current) focus(current.path);
  };
  const drop = (path: string, folder: string) => {
    const to = droppedPath(path, folder);
    if (to === path || fixed(path) || isWithin(folder, path)) return;
    const problem = moveProblem(paths, path, to);
    if (problem) toast(problem);
    else move(path, to);
  };
  /** New things go beside the row that has the focus, or into it. */
  const ask = (kind: Naming["kind"]) => {
    const folder = current?.kind === "folder" ? current.path : (foldersOf(current?.path ?? "").at(-1) ?? "");
    setNaming({ kind, from: null, start: folder && `${folder}/` });
  };
  const askName = (row: TreeRow) => setNaming({ kind: row.kind, from: row.path, start: row.path });
  const taken = paths.filter((path) => !naming?.from || !isWithin(path, naming.from));
  return { rows, current, wanted, setFocused, open, toggle, fixed, remove, drop, naming, ask, askName, named, unnamed, taken };
}

export type TreeHandle = ReturnType<typeof useTree>;
