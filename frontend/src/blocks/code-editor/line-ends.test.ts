import { expect, test } from "vitest";
import { lineEnd, plain } from "./line-ends";

test.each([
  ["a\r\nb\r\n", "\r\n"],
  ["a\nb\n", "\n"],
  ["a\r\nb\nc\r\n", "\r\n"],
  ["a\r\nb\n", "\n"],
  ["a", null],
])("%j has the line end of most of its lines", (text, end) => expect(lineEnd(text)).toBe(end));

test("the editor's text has one kind of line end", () => expect(plain("a\r\nb\rc\nd")).toBe("a\nb\nc\nd"));
