/** Between CodeMirror's positions, which count half characters, and columns that count whole ones. Pure. */
import type { Text } from "@codemirror/state";
import type { Spot } from "./assistant";

export function spotAt(doc: Text, position: number): Spot {
  const line = doc.lineAt(position);
  return { line: line.number, column: [...line.text.slice(0, position - line.from)].length };
}

/** The nearest position that there is: the text may have become shorter since the spot was told. */
export function positionOf(doc: Text, { line, column }: Spot): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  if (line > doc.lines) return found.to;
  return found.from + [...found.text].slice(0, column).join("").length;
}
