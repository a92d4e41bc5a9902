import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "./paced";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const PACE = { delayMs: 700, leastMs: 2_000 };

function deedOf(tookMs: number) {
  return vi.fn(() => new Promise((done) => setTimeout(done, tookMs)));
}

test("all who ask within the delay are served by one deed", async () => {
  const deed = deedOf(10);
  const { soon } = paced(deed, PACE);
  soon();
  soon();
  await vi.advanceTimersByTimeAsync(699);
  expect(deed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(deed).toHaveBeenCalledTimes(1);
});

test("what is asked for during the pause is done at its end, and not forgotten", async () => {
  const deed = deedOf(10);
  const { soon } = paced(deed, PACE);
  soon();
  await vi.advanceTimersByTimeAsync(800);
  soon();
  await vi.advanceTimersByTimeAsync(1_800);
  expect(deed).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(deed).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(deed).toHaveBeenCalledTimes(2);
  soon();
  await vi.advanceTimersByTimeAsync(700);
  expect(deed).toHaveBeenCalledTimes(3);
});

test("a deed that takes long is done more rarely, and never twice at once", async () => {
  const deed = deedOf(3_000);
  const { soon } = paced(deed, PACE);
  soon();
  await vi.advanceTimersByTimeAsync(1_000);
  soon();
  await vi.advanceTimersByTimeAsync(700 + 3_000 + 12_000 - 1_000 - 1);
  expect(deed).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(deed).toHaveBeenCalledTimes(2);
});

test("a deed that fails is done again when it is asked for, and none after the stop", async () => {
  const deed = vi.fn(() => Promise.reject(new Error("no")));
  const { soon, stop } = paced(deed, PACE);
  soon();
  await vi.advanceTimersByTimeAsync(3_000);
  soon();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(deed).toHaveBeenCalledTimes(2);
  soon();
  stop();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(deed).toHaveBeenCalledTimes(2);
});
