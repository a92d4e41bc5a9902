/** Two sets of files side by side: which were added, removed or changed. Pure. */

export type DiffFile = { path: string; content: string; encoding?: "utf-8" | "base64" };
export type FileChange = {
  path: string;
  kind: "added" | "removed" | "changed";
  /** The content on either side; empty where there is no such file. */
  before: string;
  after: string;
  /** True when one side is not text, so that there is nothing to show line by line. */
  binary: boolean;
};

/** What differs, by path; files that are the same on both sides are left out. */
export function fileChanges(before: readonly DiffFile[], after: readonly DiffFile[]): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort((one, other) => one.localeCompare(other));
  return paths.flatMap((path) => change(path, old.get(path), now.get(path)));
}

function change(path: string, old: DiffFile | undefined, now: DiffFile | undefined): FileChange[] {
  if (old && now && old.content === now.content && isBinary(old) === isBinary(now)) return [];
  const kind = !old ? "added" : !now ? "removed" : "changed";
  const binary = isBinary(old) || isBinary(now);
  return [{ path, kind, before: old?.content ?? "", after: now?.content ?? "", binary }];
}

function isBinary(file: DiffFile | undefined): boolean {
  return file?.encoding === "base64";
}
