/** Files as one edits them, beside what is saved. Pure; images and scripts share it. */
import type { FileBody, NewFile } from "@/api/types";

export type DraftFile = { path: string; content: string; encoding: "utf-8" | "base64" };
export type Draft = { saved: DraftFile[]; files: DraftFile[]; selected: string | null };

export type DraftAction =
  | { type: "loaded"; files: FileBody[]; selected?: string | null }
  | { type: "saved" }
  | { type: "select"; path: string }
  | { type: "edit"; path: string; content: string }
  | { type: "put"; files: NewFile[] }
  | { type: "rename"; from: string; to: string }
  | { type: "remove"; path: string };

export const NO_DRAFT: Draft = { saved: [], files: [], selected: null };

export function draftReducer(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case "loaded":
      return loaded(action.files, action.selected ?? draft.selected);
    case "saved":
      return { ...draft, saved: draft.files };
    case "select":
      return { ...draft, selected: action.path };
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
  const saved = new Map(draft.saved.map((file) => [file.path, file]));
  const now = new Map(draft.files.map((file) => [file.path, file]));
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

function loaded(bodies: FileBody[], wanted: string | null): Draft {
  const files = sorted(bodies.map(({ path, content, encoding }) => ({ path, content, encoding })));
  return { saved: files, files, selected: chosen(files, wanted) };
}

function put(draft: Draft, added: NewFile[]): Draft {
  const fresh = added.map(({ path, content, encoding = "utf-8" }) => ({ path, content, encoding }));
  const paths = new Set(fresh.map((file) => file.path));
  const files = sorted([...draft.files.filter((file) => !paths.has(file.path)), ...fresh]);
  return { ...draft, files, selected: fresh.at(-1)?.path ?? draft.selected };
}

function rename(draft: Draft, from: string, to: string): Draft {
  const files = sorted(draft.files.map((file) => (file.path === from ? { ...file, path: to } : file)));
  return { ...draft, files, selected: draft.selected === from ? to : draft.selected };
}

function remove(draft: Draft, path: string): Draft {
  const files = draft.files.filter((file) => file.path !== path);
  return { ...draft, files, selected: chosen(files, draft.selected) };
}

function chosen(files: DraftFile[], wanted: string | null): string | null {
  return files.some((file) => file.path === wanted) ? wanted : (files[0]?.path ?? null);
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
