import { describe, expect, test } from "vitest";
import { appendText, LONGEST_LINE, NO_CARRY, startsLine, type LogLine } from "./parse";

const T = "2026-11-22T04:45:40.453659768Z";
const read = (text: string, offset = 0): LogLine[] => appendText([], text, offset, NO_CARRY)[0];

describe("a log's text", () => {
  test("becomes lines with time, stream and byte offset", () => {
    const text = `${T} stdout F hello\n${T} stderr F bad\n`;
    const [first, second] = read(text, 100);
    expect(first).toMatchObject({ offset: 100, time: T, stream: "stdout", own: false, text: "hello" });
    expect(second).toMatchObject({ offset: 100 + `${T} stdout F hello\n`.length, stream: "stderr", text: "bad" });
  });

  test("counts offsets in bytes, not in characters", () => {
    const [, second] = read(`${T} stdout F é😀\n${T} stdout F x\n`);
    expect(second?.offset).toBe(`${T} stdout F `.length + 6 + 1);
  });

  test("keeps empty lines and spaces as printed", () => {
    expect(read(`${T} stdout F \n${T} stdout F   two\n`).map((line) => line.text)).toEqual(["", "  two"]);
  });

  test("tells Scripter's own lines from what a script printed to look like them", () => {
    const lines = read(`${T} stderr F:scripter exit 3\n${T} stderr F F:scripter exit 3\n`);
    expect(lines.map((line) => [line.own, line.text])).toEqual([
      [true, "exit 3"],
      [false, "F:scripter exit 3"],
    ]);
  });

  test("shows what is not in the log's format as it is", () => {
    expect(read("something else\n")[0]).toMatchObject({ text: "something else", time: "" });
  });

  test("carries the windows line ending into the text, where the colours' parser drops it", () => {
    expect(read(`${T} stdout F dos\r\n`)[0]?.text).toBe("dos\r");
  });
});

describe("parts of a line", () => {
  test("are joined, also across two pieces of the file", () => {
    const [lines, carry] = appendText([], `${T} stdout P one \n`, 0, NO_CARRY);
    expect(lines[0]).toMatchObject({ text: "one ", open: true });
    const [joined] = appendText(lines, `${T} stdout P two \n${T} stdout F three\n`, 50, carry);
    expect(joined).toHaveLength(1);
    expect(joined[0]).toMatchObject({ offset: 0, text: "one two three", open: false });
  });

  test("of two streams do not mix", () => {
    const lines = read(`${T} stdout P a\n${T} stderr F err\n${T} stdout F b\n`);
    expect(lines.map((line) => line.text)).toEqual(["ab", "err"]);
  });

  test("are not joined to a line that is whole", () => {
    expect(read(`${T} stdout F a\n${T} stdout F b\n`)).toHaveLength(2);
  });

  test("that never end are cut, and the cut is said", () => {
    const part = `${T} stdout P ${"x".repeat(9_000)}\n`;
    const [line] = read(part.repeat(5));
    expect(line?.text.length).toBeLessThan(LONGEST_LINE + 9_100);
    expect(line?.text).toContain("cut here");
  });
});

describe("colours", () => {
  test("left on go over to the next line of the same stream only", () => {
    const lines = read(`${T} stdout F \x1b[31mred\n${T} stderr F plain\n${T} stdout F still\x1b[0m\n${T} stdout F off\n`);
    expect(lines.map((line) => line.text)).toEqual(["\x1b[31mred", "plain", "\x1b[31mstill\x1b[0m", "off"]);
  });

  test("do not pile up without end", () => {
    const text = Array.from({ length: 200 }, (_, n) => `${T} stdout F \x1b[${31 + (n % 6)}mx\n`).join("");
    expect(read(text).at(-1)?.text.length).toBeLessThan(80);
  });
});

test("the beginning of a line is known by its time and stream", () => {
  expect(startsLine(`${T} stdout F x`)).toBe(true);
  expect(startsLine(`0Z stdout F x`)).toBe(false);
});
