import { afterEach, expect, test, vi } from "vitest";
import { fakeServer } from "@/testing/fakes";
import { logFirstError, logSearch, logWindow } from "./api";
import { placeWithin } from "./section";

afterEach(() => vi.unstubAllGlobals());

const ENDED = { start: 1000, end: 2000 };
const OPEN = { start: 1000, end: null };
const of = (section: typeof ENDED | typeof OPEN) => ({ kind: "job", id: 7, section }) as const;
const search = (request: Request | undefined) => Object.fromEntries(new URL(request?.url ?? "").searchParams);

test.each([
  [ENDED, { tail: 2000 }, { offset: 1000, limit: 1000 }],
  [ENDED, { offset: 500, limit: 800 }, { offset: 1000, limit: 800 }],
  [ENDED, { offset: 1800, limit: 800 }, { offset: 1800, limit: 200 }],
  [ENDED, { offset: 2000, limit: 800 }, null],
  [OPEN, { tail: 2000 }, { tail: 2000 }],
  [OPEN, { offset: 0, limit: 800 }, { offset: 1000, limit: 800 }],
])("of %j, %j is %j", (section, place, inside) => expect(placeWithin(section, place)).toEqual(inside));

test("a section that has ended is finished and has its own end, though the file goes on", async () => {
  fakeServer(() => ({ body: { text: "x", start: 1000, end: 2000, size: 9000, finished: false } }));
  expect(await logWindow(of(ENDED), { tail: 100 })).toMatchObject({ start: 1000, size: 2000, finished: true });
});

test("an empty section is asked of nobody", async () => {
  const seen = fakeServer(() => ({ body: {} }));
  const empty = { kind: "job", id: 7, section: { start: 5, end: 5 } } as const;
  expect(await logWindow(empty, { tail: 100 })).toEqual({ text: "", start: 5, end: 5, size: 5, finished: true });
  expect(seen).toHaveLength(0);
});

test("the last lines of a section that grows never reach into the one before", async () => {
  const seen = fakeServer((request) => ({
    body: { text: "", start: request.url.includes("tail") ? 400 : 1000, end: 1200, size: 1200, finished: false },
  }));
  expect(await logWindow(of(OPEN), { tail: 100 })).toMatchObject({ start: 1000, end: 1200, finished: false });
  expect(search(seen[1])).toMatchObject({ offset: "1000" });
});

test("search and the first error keep to the section", async () => {
  const hit = (offset: number) => ({ offset, text: "x", before: [], after: [] });
  const seen = fakeServer(({ url }) => ({
    body: url.includes("first-error")
      ? { offset: 2500, text: "Error", end: 2600, size: 9000, finished: true }
      : { hits: [hit(1500), hit(2500)], end: 9000, size: 9000, finished: true },
  }));
  expect(await logSearch(of(ENDED), { q: "x", case: false }, 0, 50)).toMatchObject({ hits: [hit(1500)], end: 2000, size: 2000 });
  expect(await logFirstError(of(ENDED), 0)).toMatchObject({ offset: null, end: 2000, size: 2000 });
  expect(seen.map((request) => search(request).from)).toEqual(["1000", "1000"]);
});
