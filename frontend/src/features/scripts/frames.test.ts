import { expect, test } from "vitest";
import { placeOf } from "./frames";

const files = ["main.py", "read.py", "tools/read.py"].map((path) => ({ path, content: "", encoding: "utf-8" as const }));

test.each([
  ["/job/work/main.py", "main.py"],
  ["main.py", "main.py"],
  ["/job/work/tools/read.py", "tools/read.py"],
  ["/job/work/read.py", "read.py"],
])("%s is %s", (path, found) => expect(placeOf(files, path, 3)).toEqual({ path: found, line: 3, column: 0 }));

test.each(["/usr/lib/python3.11/json/decoder.py", "/x/domain.py", "<string>"])("%s is none of the script's", (path) => {
  expect(placeOf(files, path, 3)).toBeNull();
});
