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
  /** The job or build is over: the file will not grow. */
  finished: boolean;
  loaded: boolean;
  /** Why the last part could not be fetched. */
  error: Error | null;
  carry: Carry;
};

export type LogAction =
  | { type: "reset"; chunk: LogChunk }
  | { type: "earlier"; chunk: LogChunk }
  | { type: "later"; chunk: LogChunk }
  | { type: "live"; chunk: Pick<LogChunk, "text" | "start" | "end">; following: boolean }
  | { type: "finished" }
  | { type: "refused"; error: Error };

/** About 10 MB of memory at usual line lengths. */
export const MAX_LINES = 20_000;

export const EMPTY: LogWindow = {
  lines: [],
  start: 0,
  end: 0,
  size: 0,
  finished: false,
  loaded: false,
  error: null,
  carry: NO_CARRY,
};

export function logReducer(view: LogWindow, action: LogAction): LogWindow {
  switch (action.type) {
    case "reset":
      return reset(action.chunk);
    case "earlier":
      return earlier(view, action.chunk);
    case "later":
      return { ...later(view, action.chunk), size: action.chunk.size, finished: action.chunk.finished, error: null };
    case "live":
      return live(view, action.chunk, action.following);
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
  return dropTop({ lines, carry, start, end, size, finished, loaded: true, error: null });
}

function later(view: LogWindow, chunk: Pick<LogChunk, "text" | "start" | "end">): LogWindow {
  // Only what joins on seamlessly is taken; a repeated or distant piece changes nothing.
  if (chunk.start !== view.end) return view;
  const [lines, carry] = appendText(view.lines, chunk.text, chunk.start, view.carry);
  return dropTop({ ...view, lines, carry, end: chunk.end, size: Math.max(view.size, chunk.end) });
}

function live(view: LogWindow, chunk: Pick<LogChunk, "text" | "start" | "end">, following: boolean): LogWindow {
  const grown = { ...view, size: Math.max(view.size, chunk.end) };
  // Somebody reads further up: do not push their lines out, they fetch the rest when they come back.
  const full = view.lines.length >= MAX_LINES && !following;
  return full ? grown : later(grown, chunk);
}

function earlier(view: LogWindow, chunk: LogChunk): LogWindow {
  if (chunk.end > view.start || chunk.start >= view.start) return view;
  const text = fromFirstWholeLine(chunk);
  const start = chunk.end - utf8Length(text);
  const [lines] = appendText([], text, start, NO_CARRY);
  const all = [...lines, ...view.lines];
  const kept = all.slice(0, MAX_LINES);
  const firstDropped = all[MAX_LINES];
  return { ...view, error: null, lines: kept, start, end: firstDropped ? firstDropped.offset : view.end };
}

/** A window that is asked for by offset may begin in the middle of a line: that rest is left out. */
function fromFirstWholeLine({ text, start }: LogChunk): string {
  if (start === 0 || startsLine(text)) return text;
  const cut = text.indexOf("\n") + 1;
  return cut ? text.slice(cut) : "";
}

function dropTop(view: LogWindow): LogWindow {
  if (view.lines.length <= MAX_LINES) return view;
  const lines = view.lines.slice(-MAX_LINES);
  return { ...view, lines, start: lines[0]?.offset ?? view.start };
}
