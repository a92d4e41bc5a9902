import { expect, test } from "vitest";
import { plain, spans } from "./ansi";

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
