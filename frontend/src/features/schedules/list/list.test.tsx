import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer, show } from "@/testing/fakes";
import { schedule } from "@/testing/schedules";
import { filterFrom, isFiltered, searchFrom } from "./filters";
import { ScheduleRow } from "./schedule-row";
import { SearchField } from "./search-field";
import { barsOf, sparklineWords } from "./sparkline";

afterEach(() => vi.unstubAllGlobals());

const run = (job_id: number, duration_ms: number | null, status: "succeeded" | "failed" | "running" = "succeeded") => ({
  ...{ job_id, duration_ms, status },
  due_at: "2026-11-22T03:00:00Z",
});

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
  const read = (search: string) => filterFrom(new URLSearchParams(search));

  test("an address says what the server is asked, and says the same again", () => {
    const search = { script: "9", owner: "2", state: "off", q: "nightly run" };
    const filter = read(String(new URLSearchParams(search)));
    expect(filter).toEqual({ script_id: 9, owner_id: 2, state: "off", q: "nightly run" });
    expect(searchFrom(filter)).toEqual(search);
    expect(isFiltered(filter)).toBe(true);
  });

  test("what an address says that cannot be is left out", () => {
    expect(searchFrom(read("script=x&owner=-1&state=nonsense&q="))).toEqual({});
    expect(isFiltered(read(""))).toBe(false);
    expect(read(`q=${"x".repeat(300)}`).q).toHaveLength(200);
  });
});

function Search({ heard }: { heard: (text: string) => void }) {
  const [text, setText] = useState("old");
  const change = (next: string) => {
    heard(next);
    setText(next);
  };
  return (
    <>
      <SearchField text={text} onChange={change} />
      <button onClick={() => setText("")}>clear</button>
    </>
  );
}

test("what is sought is told once the typing rests, and what was cleared elsewhere is cleared in the field", async () => {
  const heard = vi.fn();
  show(<Search heard={heard} />);
  const field = screen.getByRole("textbox", { name: "Search" });
  expect(field).toHaveValue("old");
  await userEvent.type(field, "er");
  expect(field).toHaveValue("older");
  await waitFor(() => expect(heard).toHaveBeenCalledWith("older"));
  expect(heard).toHaveBeenCalledTimes(1);
  await userEvent.click(screen.getByRole("button", { name: "clear" }));
  expect(field).toHaveValue("");
});

describe("a row", () => {
  test("leads to the schedule, its script and its last job, and says why a run was missed", async () => {
    const last = { ...{ id: 1, due_at: "2026-11-22T03:00:00Z", planned_at: "2026-11-22T03:00:00Z", outcome: "missed" as const }, reason_code: null, reason: "Scripter was down.", job_id: null, fired_at: null, late_ms: null };
    show(<ul><ScheduleRow schedule={schedule({ last, name: "Nightly" })} showScript showOwner allPaused={false} /></ul>);
    expect(screen.getByRole("link", { name: "Nightly" })).toHaveAttribute("href", "/schedules/5");
    expect(screen.getByRole("link", { name: "nightly-report" })).toHaveAttribute("href", "/scripts/3/schedules");
    expect(screen.getByTitle("Owner: ada")).toHaveTextContent("ada");
    expect(screen.getByTitle("Scripter was down.")).toHaveTextContent("missed");
    expect(await violations()).toEqual([]);
  });

  test("says in a word why nothing runs", () => {
    show(<ul><ScheduleRow schedule={schedule()} showScript={false} showOwner={false} allPaused /></ul>);
    expect(screen.getByText("paused with all")).toBeVisible();
    expect(screen.queryByText("ada")).toBeNull();
    expect(screen.getByText("has not run yet")).toBeVisible();
  });

  test("is switched off at once, and sends just that", async () => {
    const seen = fakeServer(() => ({ body: schedule({ enabled: false }) }));
    show(<ul><ScheduleRow schedule={schedule()} showScript={false} showOwner={false} allPaused={false} /></ul>);
    await userEvent.click(screen.getByRole("switch", { name: "At 03:00 every day of nightly-report is on" }));
    await waitFor(() => expect(seen).toHaveLength(1));
    expect([seen[0]?.method, await seen[0]?.json()]).toEqual(["PATCH", { enabled: false }]);
  });
});
