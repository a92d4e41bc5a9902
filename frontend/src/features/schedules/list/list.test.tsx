import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer, show } from "@/testing/fakes";
import { schedule } from "@/testing/schedules";
import { chosen, filterFrom, searchFrom } from "./filters";
import { ScheduleRow } from "./schedule-row";
import { barsOf, sparklineWords } from "./sparkline";

afterEach(() => vi.unstubAllGlobals());

const run = (job_id: number, duration_ms: number | null, status: "succeeded" | "failed" | "running" = "succeeded") => ({
  ...{ job_id, duration_ms, status },
  due_at: "2026-11-22T03:00:00Z",
});
const NOW = Date.parse("2026-11-22T05:00:00Z");

describe("a sparkline", () => {
  test("says in words what its bars say", () => {
    expect(sparklineWords([run(1, 1_000), run(2, 4_000, "failed"), run(3, 2_000)])).toBe(
      "Last 3 runs: 2 succeeded, 1 failed; 1 s to 4 s, the last one 2 s.",
    );
    expect(sparklineWords([run(1, null, "running")])).toBe("Last 1 run: 1 running.");
  });

  test("has the newest run at its right end, and the longest as high as there is room", () => {
    const bars = barsOf([run(1, 1_000), run(2, 4_000), run(3, null, "running")]);
    expect(bars.map(({ key, x }) => [key, x])).toEqual([
      [1, 119],
      [2, 126],
      [3, 133],
    ]);
    expect(bars.map(({ height }) => height)).toEqual([6.5, 26, 3]);
  });
});

describe("filters", () => {
  const off = schedule({ id: 1, enabled: false, next_at: null, name: "Old" });
  const ended = schedule({ id: 2, next: [], next_at: null });
  const later = schedule({ id: 3, next_at: "2026-12-01T03:00:00Z", script: { id: 9, name: "backup" } });
  const failed = schedule({ id: 4, recent: [run(1, 10, "failed")] });
  const all = [off, ended, later, failed];
  const ids = (search: string) => chosen(all, filterFrom(new URLSearchParams(search)), NOW).map(({ id }) => id);

  test("what runs next stands first, what does not run stands last", () => expect(ids("")).toEqual([4, 3, 1, 2]));

  test.each([
    ["state=on", [4, 3]],
    ["state=off", [1]],
    ["state=ended", [2]],
    ["state=trouble", [4]],
    ["script=9", [3]],
    ["q=backup", [3]],
    ["q=OLD", [1]],
    ["state=nonsense", [4, 3, 1, 2]],
  ])("%s shows %j", (search, expected) => expect(ids(search)).toEqual(expected));

  test("an address reads back into itself", () => {
    const search = { script: "9", state: "off", q: "x" };
    expect(searchFrom(filterFrom(new URLSearchParams(search)))).toEqual(search);
    expect(searchFrom(filterFrom(new URLSearchParams()))).toEqual({});
  });
});

describe("a row", () => {
  test("leads to the schedule, its script and its last job, and says why a run was missed", async () => {
    const last = { ...{ id: 1, due_at: "2026-11-22T03:00:00Z", planned_at: "2026-11-22T03:00:00Z", outcome: "missed" as const }, reason_code: null, reason: "Scripter was down.", job_id: null, fired_at: null, late_ms: null };
    show(<ul><ScheduleRow schedule={schedule({ last, name: "Nightly" })} showScript allPaused={false} /></ul>);
    expect(screen.getByRole("link", { name: "Nightly" })).toHaveAttribute("href", "/schedules/5");
    expect(screen.getByRole("link", { name: "nightly-report" })).toHaveAttribute("href", "/scripts/3/schedules");
    expect(screen.getByTitle("Scripter was down.")).toHaveTextContent("missed");
    expect(await violations()).toEqual([]);
  });

  test("says in a word why nothing runs", () => {
    show(<ul><ScheduleRow schedule={schedule()} showScript={false} allPaused /></ul>);
    expect(screen.getByText("paused with all")).toBeVisible();
    expect(screen.getByText("has not run yet")).toBeVisible();
  });

  test("is switched off at once, and sends just that", async () => {
    const seen = fakeServer(() => ({ body: schedule({ enabled: false }) }));
    show(<ul><ScheduleRow schedule={schedule()} showScript={false} allPaused={false} /></ul>);
    await userEvent.click(screen.getByRole("switch", { name: "At 03:00 every day of nightly-report is on" }));
    await waitFor(() => expect(seen).toHaveLength(1));
    expect([seen[0]?.method, await seen[0]?.json()]).toEqual(["PATCH", { enabled: false }]);
  });
});
