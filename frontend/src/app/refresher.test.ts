import { InfiniteQueryObserver, QueryClient, type QueryKey } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { refresher } from "./refresher";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A cache whose answers take that long. */
function cacheOf(tookMs: number) {
  const asked: string[] = [];
  const invalidateQueries = vi.fn(({ queryKey }: { queryKey?: QueryKey } = {}) => {
    asked.push((queryKey ?? []).join());
    return new Promise<void>((done) => setTimeout(done, tookMs));
  });
  return { cache: { invalidateQueries }, times: (key: string) => asked.filter((one) => one === key).length };
}

test("while jobs run their list is asked for often, and those of all scripts and schedules rarely", async () => {
  const { cache, times } = cacheOf(10);
  const { soon } = refresher(cache, () => true);
  for (let number = 0; number < 100; number++) {
    soon(["jobs"]);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(times("jobs,list")).toBeGreaterThanOrEqual(12);
  expect(times("schedules")).toBe(5);
  expect(times("scripts")).toBe(5);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(times("schedules")).toBe(6); // what came last is not lost
});

test("lists that take long to answer are asked for more rarely still", async () => {
  const { cache, times } = cacheOf(2_000);
  const { soon } = refresher(cache, () => true);
  for (let number = 0; number < 30; number++) {
    soon(["schedules"]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(times("schedules")).toBe(3);
});

test("only what may have changed is asked for, once for all who say so, and nothing after the stop", async () => {
  const { cache, times } = cacheOf(10);
  const { soon, stop } = refresher(cache, () => true);
  soon(["images", "scripts"]);
  soon(["something newer"]);
  await vi.advanceTimersByTimeAsync(700);
  expect(["images", "scripts", "schedules", "jobs,list"].map(times)).toEqual([1, 1, 1, 0]);
  soon(["jobs"]);
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(times("jobs,list")).toBe(0);
});

/** A list of pages in a real cache, each of which takes two seconds; `asked`: which were asked for. */
async function turnable() {
  const cache = new QueryClient();
  const asked: number[] = [];
  const list = new InfiniteQueryObserver(cache, {
    queryKey: ["jobs", "list"],
    initialPageParam: 1,
    queryFn: async ({ pageParam }) => {
      asked.push(pageParam);
      await new Promise((done) => setTimeout(done, 2_000));
      return pageParam;
    },
    getNextPageParam: (last: number) => last + 1,
  });
  list.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(2_000);
  return { cache, asked, list };
}

test("a next page that somebody waits for is not dropped, and what changed meanwhile is asked for after it", async () => {
  const { cache, asked, list } = await turnable();
  const { soon, stop } = refresher(cache, () => true);
  void list.fetchNextPage();
  soon(["jobs"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(list.getCurrentResult().data?.pages).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([1, 2, 1, 2]);
  stop();
});

test("nor is it when a line that was down comes back, and all that is shown is asked for anew", async () => {
  const { cache, asked, list } = await turnable();
  const { all, stop } = refresher(cache, () => true);
  all();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toEqual([1, 1]);
  void list.fetchNextPage();
  all();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(list.getCurrentResult().data?.pages).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([1, 1, 2, 1, 2]);
  stop();
});

test("what was being asked when somebody turned the page is asked for again", async () => {
  const { cache, asked, list } = await turnable();
  const { soon, stop } = refresher(cache, () => true);
  soon(["jobs"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([1, 1]);
  void list.fetchNextPage();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(list.getCurrentResult().data?.pages).toEqual([1, 2]);
  expect(asked).toEqual([1, 1, 2, 1, 2]);
  stop();
});
