import { expect, test } from "vitest";
import { environmentText, parseEnvironment } from "./environment";

test("lines become variables, values keep their signs and spaces", () => {
  expect(parseEnvironment("A=1\n\nB=x=y \n")).toEqual({ values: { A: "1", B: "x=y " }, error: null });
});

test("what cannot be read is named by its line", () => {
  expect(parseEnvironment("A=1\noops").error).toBe("Line 2 must look like NAME=value.");
  expect(parseEnvironment("=x").error).toContain("Line 1");
  expect(parseEnvironment("A=1\nA=2").error).toBe("A is there twice.");
});

test("variables written as text read back the same", () => {
  const values = { A: "1", B: "two words=2", KEY: "begin\nnot=a variable\r\n", C: "" };
  expect(parseEnvironment(environmentText(values)).values).toEqual(values);
});
