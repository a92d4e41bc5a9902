/** From bytes of a log file to lines to show. Pure; used by the log window.

A line of the file: `2026-11-22T04:45:40.453659768Z stdout F hello`. The tag is `F` for a whole line and `P` for a part
of one that goes on in the next line of the same stream; `F:scripter` marks a line that Scripter itself wrote. */
import { utf8Length } from "@/lib/base64";

export type Stream = "stdout" | "stderr";
export type LogLine = {
  /** Byte offset in the file: the line's name, also where one goes on reading before it. */
  offset: number;
  time: string;
  stream: Stream;
  own: boolean;
  /** With the colour that earlier lines of the stream left switched on. */
  text: string;
  /** Its rest has not come yet. */
  open: boolean;
};
/** What the next lines need to know of the ones before: colours left on, per stream. */
export type Carry = Record<Stream, string>;

export const NO_CARRY: Carry = { stdout: "", stderr: "" };
/** A line longer than this is shown cut; the file has all of it. */
export const LONGEST_LINE = 20_000;
const CUT = " … (cut here; download the log to see all of this line)";

const LINE = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([FP])(:scripter)?(?: |$)/;
 
const COLOUR = /\x1b\[([\d;]*)m/g;

/** True when `text` begins at the beginning of a line of the file. */
export function startsLine(text: string): boolean {
  return LINE.test(text.slice(0, 80));
}

/** Appends the lines of `text`, whose first byte is at `offset` in the file. */
export function appendText(before: readonly LogLine[], text: string, offset: number, carry: Carry): [LogLine[], Carry] {
  const lines = before.slice();
  const colours = { ...carry };
  let at = offset;
  for (const raw of text.split("\n")) {
    if (raw) {
      const piece = parseLine(raw, at);
      const open = piece.own ? undefined : findOpen(lines, piece.stream);
      if (open === undefined) {
        lines.push({ ...piece, text: colours[piece.stream] + piece.text });
      } else {
        lines[open] = join(lines[open] as LogLine, piece);
      }
      colours[piece.stream] = colourAfter(colours[piece.stream], piece.text);
    }
    at += byteLength(raw) + 1;
  }
  return [lines, colours];
}

function parseLine(raw: string, offset: number): LogLine {
  const found = LINE.exec(raw);
  // Not in the log's format: shown as it is rather than hidden.
  if (!found) return { offset, time: "", stream: "stdout", own: false, text: raw, open: false };
  const [head, time = "", stream, tag, own] = found;
  return { offset, time, stream: stream as Stream, own: own !== undefined, text: raw.slice(head.length), open: tag === "P" };
}

/** Parts of both streams may alternate, so the open line need not be the last; it is never far. */
function findOpen(lines: readonly LogLine[], stream: Stream): number | undefined {
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - 50); at -= 1) {
    const line = lines[at] as LogLine;
    if (line.stream === stream && !line.own) return line.open ? at : undefined;
  }
  return undefined;
}

function join(line: LogLine, piece: LogLine): LogLine {
  if (line.text.length >= LONGEST_LINE) {
    return { ...line, text: line.text.endsWith(CUT) ? line.text : line.text.slice(0, LONGEST_LINE) + CUT, open: piece.open };
  }
  return { ...line, text: line.text + piece.text, open: piece.open };
}

/** The colour codes still in force after `text`. */
function colourAfter(before: string, text: string): string {
  if (!text.includes("\x1b[")) return before;
  let carry = before;
  for (const [code, numbers] of text.matchAll(COLOUR)) carry = /^0*$/.test(numbers ?? "") ? "" : carry + code;
  return carry.slice(-60).replace(/^[^\x1b]+/, "");
}

function byteLength(raw: string): number {
   
  return /^[\x00-\x7f]*$/.test(raw) ? raw.length : utf8Length(raw);
}
