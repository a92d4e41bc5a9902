/** Where a text occurs in files. Pure; bounded, since a single letter occurs everywhere. */
import type { DraftFile } from "./draft";

export type FileHit = { line: number; column: number; text: string; from: number; to: number };
export type FileHits = { path: string; hits: FileHit[] };
export type Found = { files: FileHits[]; count: number; cut: boolean };

const MOST_HITS = 500;
const MOST_TEXT = 200;

export function searchFiles(files: readonly DraftFile[], wanted: string, matchCase: boolean): Found {
  const found: Found = { files: [], count: 0, cut: false };
  if (!wanted) return found;
  const fold = (text: string) => (matchCase ? text : text.toLowerCase());
  for (const file of files) {
    if (file.encoding === "base64") continue;
    const hits = hitsIn(file.content, fold(wanted), fold, MOST_HITS - found.count);
    if (hits.length > 0) found.files.push({ path: file.path, hits });
    found.count += hits.length;
    if (found.count >= MOST_HITS) return { ...found, cut: true };
  }
  return found;
}

function hitsIn(content: string, wanted: string, fold: (text: string) => string, room: number): FileHit[] {
  const hits: FileHit[] = [];
  content.split(/\r\n?|\n/).forEach((text, index) => {
    const folded = fold(text);
    for (let at = folded.indexOf(wanted); at >= 0 && hits.length < room; at = folded.indexOf(wanted, at + wanted.length)) {
      hits.push(hit(text, index + 1, at, wanted.length));
    }
  });
  return hits;
}

/** What stands before a hit far to the right is cut, so that the hit is seen. */
function hit(text: string, line: number, at: number, length: number): FileHit {
  const start = Math.max(0, at - 40);
  const shown = text.slice(start, start + MOST_TEXT);
  return { line, column: [...text.slice(0, at)].length, text: shown, from: at - start, to: Math.min(at - start + length, shown.length) };
}
