import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { violations } from "@/testing/axe";
import { show } from "@/testing/fakes";
import { attempt, job } from "@/testing/things";
import { Attempts } from "./attempts";
import { JobRows } from "./job-rows";
import { NextAttempt } from "./next-attempt";

const twice = job({
  attempt: 2,
  max_attempts: 4,
  attempts: [attempt(1, { status: "lost", reason: "the container disappeared" }), attempt(2, { start_kind: "cold", start_ms: 371 })],
});
const rows = () => screen.getAllByRole("listitem");

test("each attempt tells how it ended, how it started, and leads to its section of the log", () => {
  show(<Attempts job={twice} selected={2} />);
  expect(rows()).toHaveLength(2);
  expect(rows()[0]).toHaveTextContent("the container disappeared · warm start, 38 ms · up to 12 MB of memory");
  expect(rows()[1]).toHaveTextContent("exit 3 · cold start, 371 ms");
  expect(screen.getByRole("link", { name: "Attempt 1" })).toHaveAttribute("href", "/jobs/7?attempt=1");
  expect(screen.getByRole("link", { name: "Attempt 2" })).toHaveAttribute("aria-current", "true");
  expect(screen.getByRole("link", { name: "Show all" })).toHaveAttribute("href", "/jobs/7");
});

test("a lost attempt is called lost and never a success", () => {
  show(<Attempts job={twice} selected={null} />);
  expect(within(rows()[0] as HTMLElement).getByText("lost")).toBeVisible();
  expect(screen.queryByText("succeeded")).not.toBeInTheDocument();
});

test("a job that ran once has no list of attempts", () => {
  show(<Attempts job={job({ attempts: [attempt(1)] })} selected={null} />);
  expect(screen.queryByRole("list")).not.toBeInTheDocument();
});

test("a job that waits to be tried again says why and counts down", () => {
  const at = new Date(Date.now() + 3_600_000).toISOString();
  show(<NextAttempt job={job({ status: "queued", attempt: 2, max_attempts: 4, retry_at: at, attempts: [attempt(1)] })} />);
  expect(screen.getByText(/^Attempt 2 of 4 begins in/)).toHaveAttribute("aria-live", "off");
  expect(screen.getByText("Attempt 1 failed: exit 3.")).toBeVisible();
});

test("lists show the attempt and the priority only where they are out of the ordinary", () => {
  show(<JobRows label="Jobs" jobs={[job({ ...twice, priority: 5 }), job({ id: 8 })]} />);
  expect(rows()[0]).toHaveTextContent("priority 5");
  expect(rows()[0]).toHaveTextContent("attempt 2 of 4");
  expect(rows()[1]).not.toHaveTextContent(/priority|attempt/);
});

test("axe finds nothing", async () => {
  show(
    <>
      <NextAttempt job={job({ ...twice, status: "queued", retry_at: "2026-11-22T05:00:14Z" })} />
      <Attempts job={twice} selected={1} />
      <JobRows label="Jobs" jobs={[twice]} />
    </>,
  );
  expect(await violations()).toEqual([]);
});
