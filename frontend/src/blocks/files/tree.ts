/** Paths as the rows of a tree: folders before files, each by name, those in closed folders left out. Pure. */

export type TreeRow = { kind: "folder" | "file"; path: string; name: string; level: number; open: boolean };

/** `empty`: folders in which there is no file yet. Levels count from 1. */
export function treeRows(files: readonly string[], empty: readonly string[], closed: ReadonlySet<string>): TreeRow[] {
  const folders = new Set([...files.flatMap(foldersOf), ...empty.flatMap((path) => [path, ...foldersOf(path)])]);
  return rowsIn("", 1, { files, folders: [...folders], closed });
}

type Tree = { files: readonly string[]; folders: readonly string[]; closed: ReadonlySet<string> };

function rowsIn(folder: string, level: number, tree: Tree): TreeRow[] {
  const within = (path: string) => folderOf(path) === folder;
  const byName = (one: string, other: string) => one.localeCompare(other);
  const folders = tree.folders.filter(within).sort(byName).flatMap((path) => {
    const open = !tree.closed.has(path);
    const row: TreeRow = { kind: "folder", path, name: nameOf(path), level, open };
    return open ? [row, ...rowsIn(path, level + 1, tree)] : [row];
  });
  const files = tree.files.filter(within).sort(byName);
  return [...folders, ...files.map((path): TreeRow => ({ kind: "file", path, name: nameOf(path), level, open: false }))];
}

export function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

export function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/** All folders above the path: `a/b/c.py` -> `a`, `a/b`. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** `tools/read.py` dropped on `lib` -> `lib/read.py`; on "", the top. */
export function droppedPath(path: string, folder: string): string {
  return folder ? `${folder}/${nameOf(path)}` : nameOf(path);
}
