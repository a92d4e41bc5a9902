/** How many lines came and went between two texts; loaded with the view that shows them. */
import { Chunk } from "@codemirror/merge";
import { Text } from "@codemirror/state";

export type LineCount = { added: number; removed: number };

/** Comparing stops being exact after this time: a page that answers is worth more than the smallest difference. */
export const COMPARING = { scanLimit: 2_000, timeout: 300 };

export function countLines(before: string, after: string): LineCount {
  const [a, b] = [textOf(before), textOf(after)];
  const sum = { added: 0, removed: 0 };
  for (const chunk of Chunk.build(a, b, COMPARING)) {
    sum.removed += linesIn(a, chunk.fromA, chunk.toA);
    sum.added += linesIn(b, chunk.fromB, chunk.toB);
  }
  return sum;
}

function textOf(text: string): Text {
  return Text.of(text.split(/\r\n?|\n/));
}

/** The empty line behind the last line break is none. */
function linesIn(text: Text, from: number, to: number): number {
  if (from >= to) return 0;
  const [first, last] = [text.lineAt(from), text.lineAt(Math.min(to - 1, text.length))];
  const trailing = last.number === text.lines && last.length === 0 ? 1 : 0;
  return last.number - first.number + 1 - trailing;
}
