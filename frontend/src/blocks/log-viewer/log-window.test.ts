import { describe, expect, test } from "vitest";
import type { LogChunk } from "@/api/types";
import { atEnd, EMPTY, logReducer, MAX_BYTES, MAX_LINES, type LogWindow } from "./log-window";

const line = (n: number) => `2026-11-22T04:45:40.000000000Z stdout F line ${String(n).padStart(6, "0")}\n`;
const WIDTH = line(0).length;
/** Lines `from` up to `to` of an imagined file. */
const piece = (from: number, to: number, of = to): LogChunk => ({
  text: Array.from({ length: to - from }, (_, index) => line(from + index)).join(""),
  start: from * WIDTH,
  end: to * WIDTH,
  size: of * WIDTH,
  finished: false,
});
const texts = (view: LogWindow) => view.lines.map((one) => Number(one.text.slice(5)));
const loaded = (from: number, to: number, of = to) => logReducer(EMPTY, { type: "reset", chunk: piece(from, to, of) });

describe("a log window", () => {
  test("begins with the end of the file", () => {
    const view = loaded(90, 100);
    expect(texts(view)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(atEnd(view)).toBe(true);
    expect(view.loaded).toBe(true);
  });

  test("takes live lines that join on", () => {
    const view = logReducer(loaded(0, 2), { type: "live", chunk: piece(2, 4), following: true });
    expect(texts(view)).toEqual([0, 1, 2, 3]);
    expect(view.size).toBe(4 * WIDTH);
  });

  test("shows nothing twice when a reconnected stream repeats itself", () => {
    const view = logReducer(loaded(0, 4), { type: "live", chunk: piece(2, 4), following: true });
    expect(texts(view)).toEqual([0, 1, 2, 3]);
  });

  test("leaves no gap: a piece from further on is not taken, but known to be there", () => {
    const view = logReducer(loaded(0, 2), { type: "live", chunk: piece(5, 7), following: true });
    expect(texts(view)).toEqual([0, 1]);
    expect(atEnd(view)).toBe(false);
    const caughtUp = logReducer(view, { type: "later", chunk: piece(2, 7) });
    expect(texts(caughtUp)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(atEnd(caughtUp)).toBe(true);
  });

  test("puts earlier lines on top", () => {
    const view = logReducer(loaded(5, 7), { type: "earlier", chunk: piece(3, 5, 7) });
    expect(texts(view)).toEqual([3, 4, 5, 6]);
    expect(view.start).toBe(3 * WIDTH);
  });

  test("leaves out the rest of a line that an earlier piece begins with", () => {
    const whole = piece(3, 5, 7);
    const chunk = { ...whole, text: whole.text.slice(10), start: whole.start + 10 };
    const view = logReducer(loaded(5, 7), { type: "earlier", chunk });
    expect(texts(view)).toEqual([4, 5, 6]);
    expect(view.start).toBe(4 * WIDTH);
  });

  test("never holds more than its cap, and drops the oldest while following", () => {
    const view = logReducer(loaded(0, MAX_LINES), { type: "live", chunk: piece(MAX_LINES, MAX_LINES + 5), following: true });
    expect(view.lines).toHaveLength(MAX_LINES);
    expect(texts(view)[0]).toBe(5);
    expect(view.start).toBe(5 * WIDTH);
    expect(atEnd(view)).toBe(true);
  });

  test("does not push out the lines that somebody reads further up", () => {
    const view = logReducer(loaded(0, MAX_LINES), { type: "live", chunk: piece(MAX_LINES, MAX_LINES + 5), following: false });
    expect(texts(view)[0]).toBe(0);
    expect(atEnd(view)).toBe(false);
  });

  test("drops the newest when earlier ones fill it, and can fetch them again", () => {
    const view = logReducer(loaded(5, MAX_LINES + 5), { type: "earlier", chunk: piece(0, 5, MAX_LINES + 5) });
    expect(view.lines).toHaveLength(MAX_LINES);
    expect(texts(view)[0]).toBe(0);
    expect(view.end).toBe(MAX_LINES * WIDTH);
    expect(atEnd(view)).toBe(false);
  });

  test("counts the lines that come while somebody reads further up, until they are seen", () => {
    const reading = logReducer(loaded(0, 2), { type: "live", chunk: piece(2, 5), following: false });
    const more = logReducer(reading, { type: "live", chunk: piece(5, 6), following: false });
    expect(more.fresh).toBe(4);
    expect(logReducer(more, { type: "seen" }).fresh).toBe(0);
    expect(logReducer(more, { type: "live", chunk: piece(6, 7), following: true }).fresh).toBe(0);
  });

  test("is held to a size as well, however long the lines are", () => {
    const long = `2026-11-22T04:45:40.000000000Z stdout F ${"x".repeat(10_000)}\n`;
    let view = loaded(0, 1);
    for (let round = 0; round < 20; round += 1) {
      const text = long.repeat(100);
      view = logReducer(view, { type: "live", chunk: { text, start: view.end, end: view.end + text.length }, following: true });
    }
    expect(view.end - view.start).toBeLessThanOrEqual(MAX_BYTES);
    expect(view.end - view.start).toBeGreaterThan(MAX_BYTES / 2);
    expect(view.lines[0]?.offset).toBe(view.start);
  });

  test("takes of a flood its end alone, and can fetch what stands before it", () => {
    const flood = piece(1, 120_000);
    const view = logReducer(loaded(0, 1), { type: "live", chunk: flood, following: true });
    expect(texts(view).at(-1)).toBe(119_999);
    expect(view.start).toBe(view.lines[0]?.offset);
    expect(view.start).toBe((texts(view)[0] as number) * WIDTH);
    const before = texts(view)[0] as number;
    expect(texts(logReducer(view, { type: "earlier", chunk: piece(before - 2, before) }))[0]).toBe(before - 2);
  });

  test("knows when the log is over", () => {
    expect(logReducer(loaded(0, 2), { type: "finished" }).finished).toBe(true);
  });

  test("keeps its lines when a part cannot be fetched", () => {
    const view = logReducer(loaded(0, 2), { type: "refused", error: new Error("away") });
    expect(texts(view)).toEqual([0, 1]);
    expect(view.error?.message).toBe("away");
  });
});
