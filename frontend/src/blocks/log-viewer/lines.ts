/** Lines of a log as an address names them: by the bytes at which they begin. Pure. */
import type { LogLine } from "./parse";

/** From the line that begins at byte `from` to the one that begins at `to`, both included. */
export type LineSpan = { from: number; to: number };

const ADDRESS = /^(\d{1,15})(?:-(\d{1,15}))?$/;

/** `4096` or `4096-9000`; anything else names no line. */
export function spanFrom(text: string | null): LineSpan | null {
  const found = ADDRESS.exec(text ?? "");
  if (!found) return null;
  const [one, other] = [Number(found[1]), Number(found[2] ?? found[1])];
  return { from: Math.min(one, other), to: Math.max(one, other) };
}

export function spanText({ from, to }: LineSpan): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** The span from where a first one began to this line, whichever comes first. */
export function stretched(span: LineSpan | null, offset: number): LineSpan {
  const anchor = span?.from ?? offset;
  return { from: Math.min(anchor, offset), to: Math.max(span?.to ?? offset, offset) };
}

export function within(span: LineSpan | null, offset: number): boolean {
  return span !== null && span.from <= offset && offset <= span.to;
}

/** The index of the first line at or after this byte, the last one if there is none; -1 without lines. */
export function indexAt(lines: readonly LogLine[], offset: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as LogLine).offset < offset) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, lines.length - 1);
}
