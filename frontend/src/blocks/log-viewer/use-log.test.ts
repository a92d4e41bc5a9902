import { act, renderHook, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeServer, fakeStreams } from "@/testing/fakes";
import { useLog } from "./use-log";

afterEach(() => vi.unstubAllGlobals());

const line = (text: string) => `2026-11-22T04:45:40.000000000Z stdout F ${text}\n`;
const WIDTH = line("1").length;
const window = (from: number, to: number, more: object = {}) => ({
  text: Array.from({ length: to - from }, (_, index) => line(String(from + index))).join(""),
  start: from * WIDTH,
  end: to * WIDTH,
  size: to * WIDTH,
  finished: false,
  ...more,
});
const JOB = { kind: "job", id: 7 } as const;

test("a log is its end first, then what comes, until it is over", async () => {
  const seen = fakeServer(() => ({ body: window(0, 2) }));
  const streams = fakeStreams();
  const ended = vi.fn();
  const { result } = renderHook(() => useLog(JOB, true, ended));
  const texts = () => result.current.view.lines.map((one) => one.text).join("");

  await waitFor(() => expect(streams.opened).toHaveLength(1));
  expect(seen[0]?.url).toContain("/api/jobs/7/log/window?tail=");
  expect(streams.last.url).toBe(`/api/jobs/7/log/stream?from=${2 * WIDTH}`);
  act(() => {
    streams.last.say("log", window(2, 3));
    streams.last.say("log", window(3, 5));
  });
  await waitFor(() => expect(texts()).toBe("01234"));
  act(() => streams.last.say("end", { status: "succeeded", reason: null }));
  expect(result.current.view.finished).toBe(true);
  expect(ended).toHaveBeenCalledOnce();
  expect(streams.last.readyState).toBe(streams.CLOSED);
});

test("what comes just before the end is not lost", async () => {
  fakeServer(() => ({ body: window(0, 1) }));
  const streams = fakeStreams();
  const { result } = renderHook(() => useLog(JOB, true));
  await waitFor(() => expect(streams.opened).toHaveLength(1));
  act(() => {
    streams.last.say("log", window(1, 2));
    streams.last.say("end", { status: "failed", reason: "exit 3" });
  });
  expect(result.current.view.lines).toHaveLength(2);
});

test("a finished log opens no stream", async () => {
  fakeServer(() => ({ body: window(0, 2, { finished: true }) }));
  const streams = fakeStreams();
  const { result } = renderHook(() => useLog(JOB, true));
  await waitFor(() => expect(result.current.view.loaded).toBe(true));
  expect(streams.opened).toHaveLength(0);
});

test("a gap in the stream is fetched", async () => {
  const seen = fakeServer((request) => ({ body: request.url.includes("tail=") ? window(0, 1) : window(1, 4) }));
  const streams = fakeStreams();
  const { result } = renderHook(() => useLog(JOB, true));
  await waitFor(() => expect(streams.opened).toHaveLength(1));
  act(() => streams.last.say("log", window(3, 4)));
  await waitFor(() => expect(result.current.view.lines).toHaveLength(4));
  expect(seen.at(-1)?.url).toContain(`offset=${WIDTH}`);
});

test("a log that cannot be fetched says why", async () => {
  fakeServer(() => ({ status: 404, body: { status: 404, code: "not_found", detail: "There is no job 7." } }));
  fakeStreams();
  const { result } = renderHook(() => useLog(JOB, true));
  await waitFor(() => expect(result.current.view.error?.message).toBe("There is no job 7."));
});

test("a jump opens the window at the line and fetches what stands before it", async () => {
  const seen = fakeServer((request) => {
    const at = new URL(request.url).searchParams;
    if (at.has("tail")) return { body: window(5_000, 5_001, { finished: true }) };
    const from = Number(at.get("offset")) / WIDTH;
    return { body: { ...window(from, from + Number(at.get("limit")) / WIDTH, { finished: true }), size: 5_001 * WIDTH } };
  });
  fakeStreams();
  const { result } = renderHook(() => useLog(JOB, false));
  await waitFor(() => expect(result.current.view.loaded).toBe(true));
  await act(() => result.current.jumpTo(2 * WIDTH));
  expect(seen.slice(1).map((request) => new URL(request.url).searchParams.get("offset"))).toEqual([String(2 * WIDTH), "0"]);
  expect(result.current.view.lines[0]?.offset).toBe(0);
  expect(result.current.view.lines[2]).toMatchObject({ offset: 2 * WIDTH, text: "2" });
  await act(() => result.current.jumpTo(WIDTH));
  expect(seen).toHaveLength(3);
});

describe("while the server is away from the beginning", () => {
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  test("a stream that never opened is told of after a while, and no more once it opens", async () => {
    fakeServer(() => ({ body: window(0, 1) }));
    const streams = fakeStreams();
    const { result } = renderHook(() => useLog(JOB, true));
    await waitFor(() => expect(streams.opened).toHaveLength(1));
    act(() => streams.last.refuse());
    expect(result.current.lost).toBe(false);
    await pass(2_500);
    expect(result.current.lost).toBe(true);
    await waitFor(() => expect(streams.opened.length).toBeGreaterThan(1));
    act(() => streams.last.onopen?.());
    expect(result.current.lost).toBe(false);
  });

  test("a log that nobody gives is asked for until somebody does, and what has been refused is not", async () => {
    let server = "away";
    const seen = fakeServer(() => {
      if (server === "away") throw new TypeError("Failed to fetch");
      return server === "refuses" ? { status: 404, body: { detail: "There is no such job." } } : { body: window(0, 1) };
    });
    fakeStreams();
    const { result } = renderHook(() => useLog(JOB, true));
    await waitFor(() => expect(seen).toHaveLength(1));
    await pass(5_000);
    expect([result.current.lost, result.current.error, result.current.view.loaded]).toEqual([true, null, false]);
    server = "there";
    await waitFor(() => expect(result.current.view.loaded).toBe(true));
    server = "refuses";
    const asked = seen.length;
    const { result: refused } = renderHook(() => useLog({ kind: "job", id: 8 }, true));
    await waitFor(() => expect(refused.current.error?.message).toBe("There is no such job."));
    await pass(5_000);
    expect([seen.length, refused.current.lost]).toEqual([asked + 1, false]);
  });
});
