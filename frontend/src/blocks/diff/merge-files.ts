/** Two people's changes to a set of files brought together, file by file. */
import type { DiffFile } from "./file-sets";
import { mergeTexts } from "./three-way";

export type MergedFile = {
  path: string;
  encoding: "utf-8" | "base64";
  /** What is saved; null: the file is gone. */
  content: string | null;
  /** Whose change it is, in words: "Changed by both". */
  what: string;
  /** How many places need a person. */
  conflicts: number;
  sides: { base: string | null; mine: string | null; theirs: string | null };
};

type Side = DiffFile | undefined;

/** Every file of the outcome and every one that is gone; `changed` tells which of them differ from the base. */
export function mergeFiles(base: readonly DiffFile[], mine: readonly DiffFile[], theirs: readonly DiffFile[]): MergedFile[] {
  const [a, b, c] = [byPath(base), byPath(mine), byPath(theirs)];
  const paths = [...new Set([...a.keys(), ...b.keys(), ...c.keys()])].sort((one, other) => one.localeCompare(other));
  return paths.map((path) => mergeOne(path, a.get(path), b.get(path), c.get(path)));
}

function mergeOne(path: string, base: Side, mine: Side, theirs: Side): MergedFile {
  const sides = { base: base?.content ?? null, mine: mine?.content ?? null, theirs: theirs?.content ?? null };
  const taken = (file: Side, what: string): MergedFile => ({
    path, encoding: file?.encoding ?? "utf-8", content: file?.content ?? null, what, conflicts: 0, sides,
  });
  if (same(mine, theirs)) return taken(mine, same(mine, base) ? "" : "The same change by both");
  if (same(mine, base)) return taken(theirs, theirs ? (base ? "Changed by them" : "Added by them") : "Deleted by them");
  if (same(theirs, base)) return taken(mine, mine ? (base ? "Changed by you" : "Added by you") : "Deleted by you");
  if (!mine) return taken(theirs, "Deleted by you, changed by them: kept");
  if (!theirs) return taken(mine, "Deleted by them, changed by you: kept");
  if (mine.encoding === "base64" || theirs.encoding === "base64") return taken(mine, "Not text, changed by both: yours is kept");
  const { text, conflicts } = mergeTexts({ base: base?.content ?? "", mine: mine.content, theirs: theirs.content });
  return { ...taken(mine, "Changed by both"), content: text, conflicts };
}

function same(one: Side, other: Side): boolean {
  return one?.content === other?.content && (one?.encoding ?? "utf-8") === (other?.encoding ?? "utf-8");
}

function byPath(files: readonly DiffFile[]): Map<string, DiffFile> {
  return new Map(files.map((file) => [file.path, file]));
}
