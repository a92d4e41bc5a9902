import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ApiError } from "@/api/client";
import { violations } from "@/testing/axe";
import { show } from "@/testing/fakes";
import { TooMany } from "./too-many";

const full = (seconds: number | null) => new ApiError(429, { code: "too_many", detail: "10 jobs are waiting.", request_id: "r1" }, seconds);

test("a refusal that passes says when, and can be tried again where it stands", async () => {
  const again = vi.fn();
  show(<TooMany sending={{ error: full(12), isPending: false }} onAgain={again} />);
  expect(screen.getByRole("alert")).toHaveTextContent("10 jobs are waiting.");
  expect(screen.getByText("There may be room in 12 s.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(again).toHaveBeenCalledOnce();
});

test("when the time is over it says so", () => {
  vi.useFakeTimers();
  show(<TooMany sending={{ error: full(2), isPending: false }} onAgain={vi.fn()} />);
  act(() => vi.advanceTimersByTime(3_000));
  expect(screen.getByText("There may be room now.")).toBeVisible();
  vi.useRealTimers();
});

test("any other refusal is told elsewhere", () => {
  show(<TooMany sending={{ error: new ApiError(409, { detail: "No." }), isPending: false }} onAgain={vi.fn()} />);
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("it stays while it is tried again, and goes when that has worked", () => {
  const { rerender } = show(<TooMany sending={{ error: full(null), isPending: false }} onAgain={vi.fn()} />);
  const rerendered = (isPending: boolean) => rerender(<TooMany sending={{ error: null, isPending }} onAgain={vi.fn()} />);
  rerendered(true);
  expect(screen.getByRole("alert")).toBeInTheDocument();
  rerendered(false);
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("axe finds nothing", async () => {
  show(<TooMany sending={{ error: full(12), isPending: false }} onAgain={vi.fn()} />);
  expect(await violations()).toEqual([]);
});
