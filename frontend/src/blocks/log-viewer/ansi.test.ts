import { expect, test } from "vitest";
import { marked, plain, spans } from "./ansi";

test("plain text is one span", () => {
  expect(spans("hello <b>")).toEqual([{ text: "hello <b>", className: "" }]);
});

test("colours become classes", () => {
  expect(spans("\x1b[31mred\x1b[0m and \x1b[1;42mbold on green\x1b[0m")).toEqual([
    { text: "red", className: "fg-ansi-red" },
    { text: " and ", className: "" },
    { text: "bold on green", className: "bg-ansi-green bold" },
  ]);
});

test("of a progress bar only the last state is left", () => {
  expect(plain("10%\r50%\r100%")).toBe("100%");
  expect(plain("dos line\r")).toBe("dos line");
});

test("cursor moves, titles, links and bells are dropped", () => {
  expect(plain("\x1b]0;title\x07a\x1b[2Kb\x1b[10;10Hc\x1b]8;;http://x\x1b\\d\x07")).toBe("abcd");
});

test("markup is only text", () => {
  expect(plain("\x1b[31m<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
});

test("of 256 and of 16 million colours the nearest of sixteen is shown", () => {
  const classOf = (code: string) => spans(`\x1b[${code}mx`)[0]?.className;
  expect(classOf("38;5;196")).toBe("fg-ansi-red");
  expect(classOf("38;5;46")).toBe("fg-ansi-green");
  expect(classOf("38;2;30;90;250")).toBe("fg-ansi-blue");
  expect(classOf("48;5;226")).toBe("bg-ansi-yellow");
  expect(classOf("38;5;244")).toBe("fg-ansi-bright-black");
});

test("a byte that is no text is shown as such", () => {
  expect(plain("caf\x1a!")).toBe("caf\ufffd!");
});

test("what is sought is marked, also across colours", () => {
  const parts = marked(spans("a \x1b[31mValue\x1b[1mError\x1b[0m b"), { q: "valueerror", case: false });
  expect(parts.filter((part) => part.mark).map((part) => part.text)).toEqual(["Value", "Error"]);
  expect(parts.map((part) => part.text).join("")).toBe("a ValueError b");
});

test("every place is marked, and case counts only when asked", () => {
  const marks = (sought: { q: string; case: boolean }) => marked(spans("Red red RED"), sought).filter((part) => part.mark).length;
  expect(marks({ q: "red", case: false })).toBe(3);
  expect(marks({ q: "red", case: true })).toBe(1);
  expect(marks({ q: "blue", case: false })).toBe(0);
});
