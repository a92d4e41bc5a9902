import { describe, expect, test } from "vitest";
import { joinArguments, splitArguments } from "./arguments";
import { asText, fromBase64, toBase64, utf8Length } from "./base64";
import { elapsed, relative } from "./dates";
import { bytes, duration, listed, plural, shortDigest } from "./format";
import { safePath } from "./safe-path";

describe("numbers", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 kB"],
    [512 * 1024 * 1024, "512 MB"],
  ])("%d bytes read %s", (value, words) => expect(bytes(value)).toBe(words));

  test.each([
    [0.42, "420 ms"],
    [4.25, "4.3 s"],
    [59.9, "1 min"],
    [200, "3 min 20 s"],
    [7500, "2 h 5 min"],
  ])("%d seconds read %s", (value, words) => expect(duration(value)).toBe(words));

  test("counts and lists read as sentences", () => {
    expect([plural(1, "script"), plural(2, "script")]).toEqual(["1 script", "2 scripts"]);
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect(shortDigest("sha256:0123456789abcdef")).toBe("0123456789ab");
  });
});

describe("moments", () => {
  const now = Date.parse("2026-11-22T05:00:00Z");
  test("read relative to now, as a date when far away", () => {
    expect(relative("2026-11-22T04:59:58Z", now)).toBe("just now");
    expect(relative("2026-11-22T04:57:00Z", now)).toContain("3 min");
    expect(relative("2026-11-22T07:00:00Z", now)).toContain("2 hr");
    expect(relative("2025-01-05T12:00:00Z", now)).toContain("2025");
  });
  test("a span without an end goes on until now", () => {
    expect(elapsed("2026-11-22T04:59:00Z", null, now)).toBe(60);
    expect(elapsed("2026-11-22T04:59:00Z", "2026-11-22T04:59:30Z", now)).toBe(30);
  });
});

describe("arguments", () => {
  test.each([
    ["", []],
    ["  a   b ", ["a", "b"]],
    [`--name "Ada Lovelace" 'it''s'`, ["--name", "Ada Lovelace", "its"]],
    [`x\\ y "a\\"b" '\\'`, ["x y", 'a"b', "\\"]],
    [`""`, [""]],
  ])("%s splits as a shell would", (line, words) => expect(splitArguments(line)).toEqual({ words, error: null }));

  test("an open quote is an error in words", () => {
    expect(splitArguments(`a "b`).error).toContain("not closed");
  });

  test("joined words split into themselves", () => {
    const words = ["plain", "with space", 'quo"te', "back\\slash", "", "--x=1", "é"];
    expect(splitArguments(joinArguments(words)).words).toEqual(words);
  });
});

describe("the way after login", () => {
  test.each(["/jobs/3", "/jobs?status=failed#x"])("%s is kept", (path) => expect(safePath(path)).toBe(path));
  test.each([null, "", "jobs", "//evil.example/x", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])(
    "%s leads home",
    (path) => expect(safePath(path)).toBe("/"),
  );
});

describe("bytes", () => {
  test("survive base64, also many of them", () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    expect(fromBase64(toBase64(data))).toEqual(data);
  });
  test("are text only when they are UTF-8 without NUL", () => {
    expect(asText(new TextEncoder().encode("é"))).toBe("é");
    expect(asText(Uint8Array.of(0xff, 0xfe))).toBeNull();
    expect(asText(Uint8Array.of(65, 0))).toBeNull();
    expect(utf8Length("é😀")).toBe(6);
  });
});
