import { expect, test } from "vitest";
import { fromBase64 } from "./base64";
import { unzip } from "./unzip";

/** main.py (packed), util/ (a folder), util/é.txt (packed), raw.bin (stored). */
const ARCHIVE = fromBase64(
  [
    "UEsDBBQAAAAIAGQ2dl1tkm82FAAAAC0AAAAHAAAAbWFpbi5weSsoyswr0VDKSM3JyVfS5CrAywUAUEsDBBQAAAAIAGQ2dl0AAAAAAgAAAAAAAA",
    "AFAAAAdXRpbC8DAFBLAwQUAAAICABkNnZd1WnZYwQAAAACAAAACwAAAHV0aWwvw6kudHh0O7wHAFBLAwQUAAAAAAAAACEA9hRiGwMAAAADAAAA",
    "BwAAAHJhdy5iaW4A/wFQSwECFAMUAAAACABkNnZdbZJvNhQAAAAtAAAABwAAAAAAAAAAAAAAgAEAAAAAbWFpbi5weVBLAQIUAxQAAAAIAGQ2dl",
    "0AAAAAAgAAAAAAAAAFAAAAAAAAAAAAEAD9QTkAAAB1dGlsL1BLAQIUAxQAAAgIAGQ2dl3VadljBAAAAAIAAAALAAAAAAAAAAAAAACAAV4AAAB1",
    "dGlsL8OpLnR4dFBLAQIUAxQAAAAAAAAAIQD2FGIbAwAAAAMAAAAHAAAAAAAAAAAAAACAAYsAAAByYXcuYmluUEsFBgAAAAAEAAQA1gAAALMAAA",
    "AAAA==",
  ].join(""),
);

test("an archive's files come out with their folders' names", async () => {
  const entries = await unzip(ARCHIVE);
  expect(entries.map((entry) => entry.path)).toEqual(["main.py", "util/é.txt", "raw.bin"]);
  expect(new TextDecoder().decode(entries[0]?.data)).toBe('print("hello")\n'.repeat(3));
  expect(new TextDecoder().decode(entries[1]?.data)).toBe("ü");
  expect([...(entries[2]?.data ?? [])]).toEqual([0, 255, 1]);
});

test("what is no archive, or a cut one, is said in words", async () => {
  await expect(unzip(new TextEncoder().encode("print('hi')".repeat(10)))).rejects.toThrow("not a zip archive");
  await expect(unzip(ARCHIVE.slice(0, 100))).rejects.toThrow("not a zip archive");
});

test("an archive that unfolds to more than it promised is refused", async () => {
  const lying = ARCHIVE.slice();
  // The size of the first file, in its directory entry: offset of the directory + 24.
  const view = new DataView(lying.buffer);
  view.setUint32(view.getUint32(lying.length - 6, true) + 24, 5, true);
  await expect(unzip(lying)).rejects.toThrow("main.py in the zip archive is damaged.");
});

test("an archive that promises too much is refused before anything is unfolded", async () => {
  const huge = ARCHIVE.slice();
  const view = new DataView(huge.buffer);
  view.setUint32(view.getUint32(huge.length - 6, true) + 24, 0x7fffffff, true);
  await expect(unzip(huge)).rejects.toThrow("more than 50 MB");
});
