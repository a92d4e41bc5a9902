import { describe, expect, test } from "vitest";
import type { ImageProblem } from "@/api/types";
import { found } from "./found-packages";
import { byGravity, marks, problemCount } from "./problems";
import { packagesOf, withPackages } from "./template-files";

const problem = (severity: ImageProblem["severity"], line: number | null): ImageProblem => ({
  path: "Dockerfile",
  line,
  severity,
  rule: "r",
  message: "m",
  remedy: "",
});

describe("problems", () => {
  test("the gravest come first, then by line", () => {
    const sorted = byGravity([problem("note", 1), problem("error", 9), problem("warning", 2), problem("error", null)]);
    expect(sorted.map(({ severity, line }) => [severity, line])).toEqual([
      ["error", null],
      ["error", 9],
      ["warning", 2],
      ["note", 1],
    ]);
  });

  test("are marked from the first letter of their line to its end, in their own file alone", () => {
    const other = { ...problem("note", 1), path: "requirements.txt" };
    expect(marks([problem("note", 2), problem("error", null), problem("error", 9), other], "Dockerfile", "FROM a\n  RUN b \n")).toEqual([
      { start: { line: 2, column: 2 }, end: { line: 2, column: 7 }, severity: "info", message: "m" },
    ]);
  });

  test("are counted in words", () => {
    expect(problemCount([])).toBeNull();
    expect(problemCount([problem("note", 1), problem("note", 2)])).toBe("2 notes");
    expect(problemCount([problem("error", 1), problem("note", 2), problem("warning", 3)])).toBe("1 error, 1 warning and 1 note");
  });
});

describe("packages of an image", () => {
  const packages = [
    { kind: "python" as const, name: "typing-extensions", version: "4" },
    { kind: "system" as const, name: "libssl3", version: "3" },
  ];
  test("are found by a part of their name, however it is spelled", () => {
    expect(found(packages, " Typing_ext", "python")).toEqual([packages[0]]);
    expect(found(packages, "ssl", "python")).toEqual([]);
    expect(found(packages, "", "all")).toHaveLength(2);
  });
});

describe("the files of a template", () => {
  const files = [
    { path: "Dockerfile", content: "FROM a\n", encoding: "utf-8" as const, size: 7 },
    { path: "requirements.txt", content: "six==1\n", encoding: "utf-8" as const, size: 7 },
  ];
  test("bring their packages, which can be changed", () => {
    expect(packagesOf(files)).toBe("six==1");
    expect(withPackages(files, " requests ").at(-1)).toEqual({ path: "requirements.txt", content: "requests\n", encoding: "utf-8" });
    expect(withPackages(files, "  ").at(-1)?.content).toBe("");
  });
});
