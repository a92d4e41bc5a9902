import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer, show } from "@/testing/fakes";
import { schedule } from "@/testing/schedules";
import { newDraft } from "./draft";
import { changedKind, newPeriod } from "./periods";
import { PolicyFields } from "./policy-fields";
import { ScheduleForm } from "./schedule-form";

afterEach(() => vi.unstubAllGlobals());

const refusal = (errors: { field: string; message: string }[]) => ({ status: 422, body: { status: 422, code: "bad_input", detail: "Some values are not right.", errors } });
const preview = { words: "At 03:00 every day", next: schedule().next, last: [], changes: [] };
/** The limit is for a machine with other things to do. */
const SLOW = { timeout: 20_000 };
type Reply = { status?: number; body?: unknown };

function open(save: Reply = { body: schedule() }, look: Reply = { body: preview }) {
  const saved = vi.fn();
  const seen = fakeServer((request) => {
    if (request.url.endsWith("/preview")) return look;
    return request.method === "GET" ? { body: { items: [] } } : save;
  });
  show(<ScheduleForm schedule={null} scripts={[{ id: 3, name: "nightly-report" }]} backTo="/schedules" onSaved={saved} />);
  const sent = () => seen.find((one) => one.method === "POST" && one.url.endsWith("/api/schedules"));
  return { saved, sent, user: userEvent.setup() };
}
const add = () => screen.getByRole("button", { name: "Add schedule" });

test("what a line means stands beside it, and the whole is sent as it is shown", async () => {
  const { saved, sent, user } = open();
  const meaning = screen.getByRole("group", { name: "Next runs" });
  expect(await within(meaning).findByText("At 03:00 every day", undefined, SLOW)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Weekdays at 9" }));
  expect(screen.getByRole("textbox", { name: "Crontab line" })).toHaveValue("0 9 * * mon-fri");
  await user.type(screen.getByRole("textbox", { name: "Arguments" }), "--all");
  await user.click(add());
  await waitFor(() => expect(saved).toHaveBeenCalledOnce(), SLOW);
  expect(await sent()?.json()).toMatchObject({ script_id: 3, kind: "cron", cron: "0 9 * * mon-fri", arguments: ["--all"], overlap: "skip" });
});

test("only what is changed is sent, whatever somebody else changes while the form is open", async () => {
  const seen = fakeServer((request) => ({ body: request.method === "PATCH" ? schedule() : request.url.endsWith("/preview") ? preview : { items: [] } }));
  function Page() {
    const [enabled, setEnabled] = useState(true);
    return (
      <>
        <ScheduleForm schedule={schedule({ enabled })} scripts={[]} backTo="/schedules" onSaved={vi.fn()} />
        <button onClick={() => setEnabled(false)}>Somebody else</button>
      </>
    );
  }
  show(<Page />);
  await userEvent.type(screen.getByRole("textbox", { name: "Name" }), "Nightly");
  await userEvent.click(screen.getByRole("button", { name: "Somebody else" }));
  await userEvent.click(screen.getByRole("button", { name: "Save schedule" }));
  await waitFor(() => expect(seen.some((one) => one.method === "PATCH")).toBe(true), SLOW);
  expect(await seen.find((one) => one.method === "PATCH")?.json()).toEqual({ name: "Nightly" });
});

test("a wrong line is told under its field while one types", async () => {
  open(undefined, refusal([{ field: "cron", message: "minute: 61 is not between 0 and 59" }]));
  expect(await screen.findByText("minute: 61 is not between 0 and 59", undefined, SLOW)).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Crontab line" })).toHaveAccessibleDescription(/not between 0 and 59/);
});

test("a refused policy opens the folded part and stands under its field", async () => {
  const { user } = open(refusal([{ field: "jitter_s", message: "At most 3600 seconds." }]));
  await user.click(add());
  expect(await screen.findByText("At most 3600 seconds.", undefined, SLOW)).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Jitter" })).toHaveAccessibleDescription(/At most 3600/);
});

test("what the page itself can see is not sent at all", async () => {
  const { sent, user } = open();
  await user.type(screen.getByRole("textbox", { name: "Arguments" }), '"open');
  await user.click(add());
  expect(await screen.findByText(/opened but not closed/)).toBeVisible();
  expect(sent()).toBeUndefined();
});

test("an owner is chosen where there are several people, and a refusal stands below the field", async () => {
  const people = [1, 2].map((id) => ({ id, name: id === 1 ? "ada" : "bertha" }));
  fakeServer((request) => ({ body: { items: request.url.endsWith("/owners") ? people : [] } }));
  const onChange = vi.fn();
  show(<PolicyFields draft={newDraft("3")} onChange={onChange} wrong={(field) => (field === "owner_id" ? "There is no such person." : null)} />);
  const field = await screen.findByRole("combobox", { name: "Owner" }, SLOW);
  expect(field).toHaveAccessibleDescription(/There is no such person.*Nobody gets other rights/);
  await userEvent.click(field);
  await userEvent.click(await screen.findByRole("option", { name: "bertha" }));
  expect(onChange).toHaveBeenCalledWith({ owner: "2" });
});

test("where there is one person nobody is asked for the owner", async () => {
  const seen = fakeServer((request) => ({ body: { items: request.url.endsWith("/owners") ? [{ id: 1, name: "ada" }] : [] } }));
  show(<PolicyFields draft={newDraft("3")} onChange={vi.fn()} wrong={() => null} />);
  await waitFor(() => expect(seen.some((one) => one.url.endsWith("/owners"))).toBe(true), SLOW);
  expect(screen.queryByRole("combobox", { name: "Owner" })).not.toBeInTheDocument();
});

test("axe finds nothing in the policies, with periods of all kinds", async () => {
  fakeServer(() => ({ body: { items: [] } }));
  const blackouts = [newPeriod(), changedKind(newPeriod(), "date"), changedKind(newPeriod(), "span")];
  const draft = { ...newDraft("3"), overlap: "queue" as const, catch_up: "all" as const, blackouts };
  show(<PolicyFields draft={draft} onChange={vi.fn()} wrong={() => null} />);
  expect(await violations()).toEqual([]);
});
