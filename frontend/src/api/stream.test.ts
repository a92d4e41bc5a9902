import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeStreams } from "@/testing/fakes";
import { openStream } from "./stream";

let hidden = false;
let closers: (() => void)[] = [];

const open = (...args: Parameters<typeof openStream>) => {
  const close = openStream(...args);
  closers.push(close);
  return close;
};

beforeEach(() => {
  hidden = false;
  vi.useFakeTimers();
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
});
afterEach(() => {
  closers.forEach((close) => close());
  closers = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const look = (away: boolean) => {
  hidden = away;
  document.dispatchEvent(new Event("visibilitychange"));
};

test("events reach their handlers by name", () => {
  const streams = fakeStreams();
  const heard: string[] = [];
  open({ url: () => "/s", on: { job: (data) => heard.push(data) } });
  streams.last.say("job", { id: 1 });
  streams.last.say("other", {});
  expect(heard).toEqual(['{"id":1}']);
});

test("after a refusal it tries again, later each time, from where it then is", () => {
  const streams = fakeStreams();
  let at = 0;
  open({ url: () => `/s?from=${at}`, on: {} });
  at = 100;
  streams.last.refuse();
  expect(streams.opened).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(streams.last.url).toBe("/s?from=100");
  streams.last.refuse();
  vi.advanceTimersByTime(1_000);
  expect(streams.opened).toHaveLength(2);
  vi.advanceTimersByTime(1_000);
  expect(streams.opened).toHaveLength(3);
});

test("a hidden tab holds no stream and goes on when it is looked at", () => {
  const streams = fakeStreams();
  open({ url: () => "/s", on: {} });
  const first = streams.last;
  look(true);
  expect(first.readyState).toBe(streams.CLOSED);
  look(false);
  expect(streams.opened).toHaveLength(2);
});

test("once closed it stays closed", () => {
  const streams = fakeStreams();
  const close = open({ url: () => "/s", on: {} });
  streams.last.refuse();
  close();
  vi.advanceTimersByTime(60_000);
  look(false);
  expect(streams.opened).toHaveLength(1);
});
