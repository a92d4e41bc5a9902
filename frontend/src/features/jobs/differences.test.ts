import { expect, test } from "vitest";
import { job } from "@/testing/things";
import { comparable, differences } from "./differences";

const A = job({ id: 1, arguments: ["--day", "5"], environment: { COLOUR: "red", SAME: "1" }, duration_s: 2 });
const B = job({ id: 2, arguments: ["--day", "6"], environment: { SAME: "1", NEW: "x" }, duration_s: 2 });
const row = (name: string) => differences(A, B).find((one) => one.name === name);

test("what differs is told apart from what does not", () => {
  expect(row("Arguments")).toEqual({ name: "Arguments", a: "--day 5", b: "--day 6", differs: true });
  expect(row("Took")).toMatchObject({ a: "2 s", b: "2 s", differs: false });
});

test("variables of either environment are there, and what neither has is not", () => {
  expect(row("COLOUR =")).toMatchObject({ a: "red", b: "", differs: true });
  expect(row("NEW =")).toMatchObject({ a: "", b: "x", differs: true });
  expect(row("SAME =")?.differs).toBe(false);
  expect(differences({ ...A, worker: null }, { ...B, worker: null }).some(({ name }) => name === "Worker")).toBe(false);
});

test("neither colours nor a job's own number make two logs differ", () => {
  const log = (uuid: string, red: string) => `[scripter] job ${uuid}: warm start in 30 ms\n${red}ready\x1b[0m\n10%\r100%\n`;
  const one = comparable(log("8311e0cb-1d38-4ef8-9117-177ea234212b", "\x1b[31m"));
  expect(one).toBe("[scripter] job warm start in 30 ms\nready\n100%\n");
  expect(comparable(log("48f34930-f5ed-40f9-9e4d-3d9aabaf4a78", ""))).toBe(one);
});
