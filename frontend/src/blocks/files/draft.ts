/** Files as one edits them, beside what is saved. Pure; images and scripts share it. */
import type { NewFile } from "@/api/types";

export type DraftFile = { path: string; content: string; encoding: "utf-8" | "base64" };
/** `open`: the files that have a tab, in their order; `selected` is one of them. `dropped`: what the last load has replaced. */
export type Draft = Kept & { open: string[]; selected: string | null; dropped: Kept | null };
type Kept = { saved: DraftFile[]; files: DraftFile[] };

export type DraftAction =
  | { type: "loaded"; files: readonly DraftFile[]; selected?: string | null }
  /** `files` are what is saved now, laid out perhaps, made of the files `sent`; what was typed since is not saved yet. */
  | { type: "saved"; files: readonly DraftFile[]; sent: readonly DraftFile[] }
  /** Work that was not saved is put back over what is saved, or over `saved`, which it began with. */
  | { type: "recovered"; files: readonly DraftFile[]; saved?: readonly DraftFile[] }
  /** What the last load has replaced is there again, as it was. */
  | { type: "putBack" }
  | { type: "select"; path: string }
  | { type: "close"; path: string }
  | { type: "edit"; path: string; content: string }
  | { type: "put"; files: NewFile[] }
  /** A file, or a folder with all that is in it; so with `remove`. */
  | { type: "rename"; from: string; to: string }
  | { type: "remove"; path: string };

export const NO_DRAFT: Draft = { saved: [], files: [], open: [], selected: null, dropped: null };

export function draftReducer(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "loaded":
      return loaded(draft, action.files, action.selected ?? draft.selected);
    case "recovered":
      return { ...loaded(draft, action.files, draft.selected), saved: action.saved ? plain(action.saved) : draft.saved };
    case "putBack":
      return draft.dropped ? { ...loaded(draft, draft.dropped.files, draft.selected), saved: draft.dropped.saved } : draft;
    case "saved":
      return saved(draft, action.files, action.sent);
    case "select":
      return shown(draft, action.path);
    case "close":
      return close(draft, action.path);
    case "edit":
      return { ...draft, files: draft.files.map((file) => (file.path === action.path ? { ...file, content: action.content } : file)) };
    case "put":
      return put(draft, action.files);
    case "rename":
      return rename(draft, action.from, action.to);
    case "remove":
      return remove(draft, action.path);
  }
}

/** Paths that differ from what is saved: changed, new or gone. */
export function changedPaths(draft: Draft): Set<string> {
  const [saved, now] = [byPath(draft.saved), byPath(draft.files)];
  const changed = [...now.values()].filter((file) => !same(file, saved.get(file.path))).map((file) => file.path);
  const gone = [...saved.keys()].filter((path) => !now.has(path));
  return new Set([...changed, ...gone]);
}

/** What is wrong with a file name, in words, or null. The server has the last word; this answers while one types. */
export function pathProblem(path: string, taken: readonly string[]): string | null {
  if (!path.trim()) return "Give the file a name.";
  if (path.length > 200) return "A path has at most 200 characters.";
  if (path.startsWith("/") || path.includes("\\")) return "Write a path inside the folder, with /: tools/read.py";
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) return "Every part of the path needs a name.";
  if (taken.some((other) => other.toLowerCase() === path.toLowerCase())) return "There is a file of this name already.";
  if (taken.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) {
    return "A file and a folder cannot have the same name.";
  }
  return null;
}

function loaded(draft: Draft, given: readonly DraftFile[], wanted: string | null): Draft {
  const files = plain(given);
  const open = draft.open.filter((path) => has(files, path));
  const dropped = { saved: draft.saved, files: draft.files };
  const next = { ...draft, saved: files, files, open, dropped };
  return shown(next, has(files, wanted) ? wanted : (open.at(-1) ?? files[0]?.path ?? null));
}

/** Of what the server tells of a file, what is kept of it here. */
function plain(given: readonly DraftFile[]): DraftFile[] {
  return sorted(given.map(({ path, content, encoding }) => ({ path, content, encoding })));
}

function saved(draft: Draft, files: readonly DraftFile[], sent: readonly DraftFile[]): Draft {
  const [kept, before] = [byPath(files), byPath(sent)];
  const taken = draft.files.map((file) => (same(file, before.get(file.path)) ? (kept.get(file.path) ?? file) : file));
  return { ...draft, saved: [...files], files: taken };
}

function put(draft: Draft, added: NewFile[]): Draft {
  const fresh = added.map(({ path, content, encoding = "utf-8" }) => ({ path, content, encoding }));
  const paths = new Set(fresh.map((file) => file.path));
  const files = sorted([...draft.files.filter((file) => !paths.has(file.path)), ...fresh]);
  return shown({ ...draft, files }, fresh.at(-1)?.path ?? draft.selected);
}

/** The file has a tab, and its tab is in front. */
function shown(draft: Draft, path: string | null): Draft {
  const open = path === null || draft.open.includes(path) ? draft.open : [...draft.open, path];
  return { ...draft, open, selected: path };
}

/** The tab beside it comes to the front. The file stays as it is, also what is not saved of it. */
function close(draft: Draft, path: string): Draft {
  const at = draft.open.indexOf(path);
  const open = draft.open.filter((one) => one !== path);
  const selected = draft.selected === path ? (open[at] ?? open[at - 1] ?? null) : draft.selected;
  return { ...draft, open, selected };
}

function rename(draft: Draft, from: string, to: string): Draft {
  const moved = (path: string) => movedPath(path, from, to);
  return {
    ...draft,
    files: sorted(draft.files.map((file) => ({ ...file, path: moved(file.path) }))),
    open: draft.open.map(moved),
    selected: draft.selected === null ? null : moved(draft.selected),
  };
}

/** The path after `from`, it or a folder above it, has become `to`. */
export function movedPath(path: string, from: string, to: string): string {
  return isWithin(path, from) ? to + path.slice(from.length) : path;
}

/** What is in the way of `from`, a file or a folder with all that is in it, becoming `to`; in words, or null. */
export function moveProblem(paths: readonly string[], from: string, to: string): string | null {
  const taken = paths.filter((path) => !isWithin(path, from));
  const moved = paths.filter((path) => isWithin(path, from)).map((path) => movedPath(path, from, to));
  for (const path of moved.length > 0 ? moved : [to]) {
    const problem = pathProblem(path, taken);
    if (problem) return `${from} cannot become ${to}. ${path}: ${problem}`;
  }
  return null;
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function remove(draft: Draft, path: string): Draft {
  const gone = draft.files.filter((file) => isWithin(file.path, path));
  const left = gone.reduce((rest, file) => close(rest, file.path), draft);
  const files = draft.files.filter((file) => !isWithin(file.path, path));
  return shown({ ...left, files }, left.selected ?? files[0]?.path ?? null);
}

function byPath(files: readonly DraftFile[]): Map<string, DraftFile> {
  return new Map(files.map((file) => [file.path, file]));
}

function has(files: DraftFile[], path: string | null): boolean {
  return files.some((file) => file.path === path);
}

function same(one: DraftFile, other: DraftFile | undefined): boolean {
  return other !== undefined && one.content === other.content && one.encoding === other.encoding;
}

/** Folders after the files beside them, each by name. */
function sorted(files: DraftFile[]): DraftFile[] {
  const depth = (file: DraftFile) => file.path.split("/").length;
  const folder = (file: DraftFile) => file.path.split("/").slice(0, -1).join("/");
  return [...files].sort(
    (a, b) => folder(a).localeCompare(folder(b)) || depth(a) - depth(b) || a.path.localeCompare(b.path),
  );
}
