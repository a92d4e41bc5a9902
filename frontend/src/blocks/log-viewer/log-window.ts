/** The part of a log that is held in memory: a window over the file's bytes that slides. Pure; no network, no browser. */
import type { LogChunk } from "@/api/types";
import { utf8Length } from "@/lib/base64";
import { appendText, NO_CARRY, startsLine, type Carry, type LogLine } from "./parse";

export type LogWindow = {
  lines: LogLine[];
  /** The window holds the bytes from `start` up to, not including, `end`. */
  start: number;
  end: number;
  /** As far as the file was known to reach. */
  size: number;
  /** Lines that have come since the reader stopped to follow. */
  fresh: number;
  /** The job or build is over: the file will not grow. */
  finished: boolean;
  loaded: boolean;
  /** Why the last part could not be fetched. */
  error: Error | null;
  carry: Carry;
};

type Piece = Pick<LogChunk, "text" | "start" | "end">;

export type LogAction =
  | { type: "reset"; chunk: LogChunk }
  | { type: "earlier"; chunk: LogChunk }
  | { type: "later"; chunk: LogChunk }
  | { type: "live"; chunk: Piece; following: boolean }
  | { type: "seen" }
  | { type: "finished" }
  | { type: "refused"; error: Error };

/** About 10 MB of memory at usual line lengths, and at long ones not much more. */
export const MAX_LINES = 20_000;
export const MAX_BYTES = 8 * 1024 * 1024;
/** Of what comes at once no more than this is looked at: the lines before would be dropped again at once. */
const FLOOD = 4 * 1024 * 1024;

export const EMPTY: LogWindow = {
  lines: [],
  start: 0,
  end: 0,
  size: 0,
  fresh: 0,
  finished: false,
  loaded: false,
  error: null,
  carry: NO_CARRY,
};

export function logReducer(view: LogWindow, action: LogAction): LogWindow {
  switch (action.type) {
    case "reset":
      return { ...reset(action.chunk), fresh: view.fresh };
    case "earlier":
      return earlier(view, action.chunk);
    case "later":
      return { ...later(view, action.chunk), size: action.chunk.size, finished: action.chunk.finished, error: null };
    case "live":
      return live(view, action.chunk, action.following);
    case "seen":
      return view.fresh ? { ...view, fresh: 0 } : view;
    case "finished":
      return { ...view, finished: true };
    case "refused":
      return { ...view, error: action.error };
  }
}

/** True when the window reaches the end of what is known to be there. */
export function atEnd(view: LogWindow): boolean {
  return view.end >= view.size;
}

function reset(chunk: LogChunk): LogWindow {
  const { end, size, finished } = chunk;
  const text = fromFirstWholeLine(chunk) || chunk.text;
  const start = text === chunk.text ? chunk.start : end - utf8Length(text);
  const [lines, carry] = appendText([], text, start, NO_CARRY);
  return dropTop({ ...EMPTY, lines, carry, start, end, size, finished, loaded: true });
}

function later(view: LogWindow, chunk: Piece): LogWindow {
  // Only what joins on seamlessly is taken; a repeated or distant piece changes nothing.
  if (chunk.start !== view.end) return view;
  const [lines, carry] = appendText(view.lines, chunk.text, chunk.start, view.carry);
  return dropTop({ ...view, lines, carry, end: chunk.end, size: Math.max(view.size, chunk.end) });
}

function live(view: LogWindow, chunk: Piece, following: boolean): LogWindow {
  const fresh = following ? 0 : view.fresh + linesOf(chunk.text);
  const grown = { ...view, fresh, size: Math.max(view.size, chunk.end) };
  if (following && chunk.text.length > FLOOD && chunk.start === view.end) return { ...grown, ...endOf(chunk) };
  // Somebody reads further up: do not push their lines out, they fetch the rest when they come back.
  const full = !following && (view.lines.length >= MAX_LINES || view.end - view.start >= MAX_BYTES);
  return full ? grown : later(grown, chunk);
}

/** The last lines of a flood, as if the window had begun there. */
function endOf({ text, end }: Piece): Pick<LogWindow, "lines" | "carry" | "start" | "end"> {
  const rest = text.slice(text.indexOf("\n", text.length - FLOOD / 2) + 1);
  const start = end - utf8Length(rest);
  const [lines, carry] = appendText([], rest, start, NO_CARRY);
  return { lines, carry, start, end };
}

function linesOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function earlier(view: LogWindow, chunk: LogChunk): LogWindow {
  if (chunk.end > view.start || chunk.start >= view.start) return view;
  const text = fromFirstWholeLine(chunk);
  const start = chunk.end - utf8Length(text);
  const [lines] = appendText([], text, start, NO_CARRY);
  const all = [...lines, ...view.lines];
  const room = all.findIndex((line, index) => index >= MAX_LINES || line.offset - start > MAX_BYTES);
  const kept = room < 0 ? all : all.slice(0, room);
  return { ...view, error: null, lines: kept, start, end: all[kept.length]?.offset ?? view.end };
}

/** A window that is asked for by offset may begin in the middle of a line: that rest is left out. */
function fromFirstWholeLine({ text, start }: LogChunk): string {
  if (start === 0 || startsLine(text)) return text;
  const cut = text.indexOf("\n") + 1;
  return cut ? text.slice(cut) : "";
}

function dropTop(view: LogWindow): LogWindow {
  const { lines, end } = view;
  if (lines.length <= MAX_LINES && end - view.start <= MAX_BYTES) return view;
  const most = lines.slice(-MAX_LINES);
  const kept = most.slice(Math.max(0, most.findIndex((line) => end - line.offset <= MAX_BYTES)));
  return { ...view, lines: kept, start: kept[0]?.offset ?? view.start };
}
