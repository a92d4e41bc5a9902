import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { ApiError } from "@/api/client";
import { violations } from "@/testing/axe";
import { show } from "@/testing/fakes";
import { script } from "@/testing/things";
import { bodyOf, isRestricted, NO_WISHES, RunOptions } from "./run-options";

const alone = script({ restriction: "key", restriction_key: "db-{REGION}" });

function Bar({ of = alone, error = null }: { of?: typeof alone; error?: Error | null }) {
  const [wishes, setWishes] = useState(NO_WISHES);
  return <RunOptions script={of} wishes={wishes} onChange={setWishes} error={error} />;
}

test("a script that runs alone takes a reason for one run beside others, and says so on the button", async () => {
  show(<Bar />);
  await userEvent.click(screen.getByRole("button", { name: "Options" }));
  const field = await screen.findByRole("textbox", { name: "Run it beside others, because" });
  expect(field).toHaveAccessibleDescription(/with the key db-\{REGION\} run one at a time.*your name stay with the job/);
  await userEvent.type(field, "The first one hangs.");
  expect(screen.getByRole("button", { name: "Beside others" })).toBeVisible();
  expect(await violations()).toEqual([]);
});

test("where nothing is restricted nothing is asked", async () => {
  show(<Bar of={script()} />);
  await userEvent.click(screen.getByRole("button", { name: "Options" }));
  expect(await screen.findByRole("textbox", { name: "Priority" })).toBeInTheDocument();
  expect(screen.queryByRole("textbox", { name: /beside others/ })).not.toBeInTheDocument();
});

test("a refused reason is told below its field", async () => {
  show(<Bar error={new ApiError(422, { errors: [{ field: "override_reason", message: "Say why." }] })} />);
  await userEvent.click(screen.getByRole("button", { name: "Options" }));
  expect(await screen.findByRole("textbox", { name: /beside others/ })).toHaveAccessibleDescription(/Say why\./);
});

test("only what is not usual is sent, and no reason where there is nothing to override", () => {
  expect(bodyOf(NO_WISHES, alone)).toEqual({});
  expect(bodyOf({ priority: 0, reason: " It hangs. " }, alone)).toEqual({ priority: 0, override_reason: "It hangs." });
  expect(bodyOf({ priority: null, reason: "It hangs." }, script())).toEqual({});
  expect([isRestricted(new ApiError(409, { code: "restricted" })), isRestricted(new ApiError(409, {})), isRestricted(null)]).toEqual([true, false, false]);
});
