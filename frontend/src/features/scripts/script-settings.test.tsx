import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer, show } from "@/testing/fakes";
import { image, script } from "@/testing/things";
import { ScriptSettings } from "./script-settings";

afterEach(() => vi.unstubAllGlobals());

function open(reply: Parameters<typeof fakeServer>[0] = () => ({ body: script() })) {
  const seen = fakeServer(reply);
  show(<ScriptSettings script={script()} images={[image()]} onDeleted={vi.fn()} />);
  return { seen, user: userEvent.setup() };
}
const field = (name: string | RegExp) => screen.getByRole("textbox", { name });
const save = () => screen.getByRole("button", { name: "Save settings" });

test("without retries nothing about them is asked", () => {
  open();
  expect(field("Retries")).toHaveValue("0");
  expect(screen.queryByRole("textbox", { name: "First pause (seconds)" })).not.toBeInTheDocument();
  expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
});

test("retries are said in a sentence while one types, and saved with their reasons", async () => {
  const { seen, user } = open();
  await user.clear(field("Retries"));
  await user.type(field("Retries"), "3");
  expect(screen.getByText("Tried up to 4 times: after 10 s, 20 s, 40 s.")).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: /is lost/ }));
  await user.click(screen.getByRole("checkbox", { name: /out of memory/ }));
  await user.type(field("Deadline (seconds)"), "7500");
  expect(screen.getByText(/^Stopped 2 h 5 min after it was asked for/)).toBeVisible();
  await user.type(field("Running at once"), "2");
  await user.click(save());
  await waitFor(() => expect(seen).toHaveLength(1));
  expect(await seen[0]?.json()).toEqual({
    retries: { count: 3, reasons: ["exit", "timeout", "signal", "could_not_start", "lost"] },
    limits: {},
    deadline_s: 7500,
    max_running: 2,
  });
});

test("what somebody else changes meanwhile is not changed back", async () => {
  const { seen, user } = open(() => ({ body: script({ description: "By somebody else.", max_running: 2 }) }));
  await user.type(field("Running at once"), "2");
  await user.click(save());
  await waitFor(() => expect(seen).toHaveLength(1));
  await waitFor(() => expect(save()).toBeEnabled());
  await user.clear(field("Memory (MB)"));
  await user.type(field("Memory (MB)"), "1024");
  await user.click(save());
  await waitFor(() => expect(seen).toHaveLength(2));
  expect(await seen[0]?.json()).toEqual({ max_running: 2, limits: {}, retries: {} });
  expect(await seen[1]?.json()).toEqual({ limits: { memory_mb: 1024 }, retries: {} });
});

test("what the server has against them stands under the fields", async () => {
  const errors = [
    { field: "retries.count", message: "At most 10." },
    { field: "max_queued", message: "At least 1." },
  ];
  const { user } = open(() => ({ status: 422, body: { status: 422, code: "bad_input", detail: "Some values are not right.", errors } }));
  await user.click(save());
  expect(await screen.findByText("At most 10.")).toBeVisible();
  expect(field("Retries")).toHaveAccessibleDescription(/At most 10\./);
  expect(field("Waiting at once")).toHaveAccessibleDescription(/At least 1\./);
});

test("axe finds nothing", async () => {
  const { user } = open();
  await user.type(field("Retries"), "2");
  expect(await violations()).toEqual([]);
});
