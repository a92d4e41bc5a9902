import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { ApiError } from "@/api/client";
import { violations } from "@/testing/axe";
import { show } from "@/testing/fakes";
import { RestrictionFields, type RestrictionRules } from "./restriction-fields";

const NONE: RestrictionRules = { restriction: "none", restriction_key: "", restriction_wait: "wait" };

function Page({ error = null, first = NONE }: { error?: Error | null; first?: RestrictionRules }) {
  const [rules, setRules] = useState(first);
  return <RestrictionFields rules={rules} onChange={setRules} error={error} />;
}

test("what follows from a restriction is asked once there is one", async () => {
  show(<Page />);
  expect(screen.queryByRole("radio", { name: "Wait" })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("radio", { name: "A key" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Key" }), "database");
  await userEvent.click(screen.getByRole("radio", { name: "Be refused" }));
  expect(screen.getByRole("radio", { name: "Be refused" })).toBeChecked();
  await userEvent.click(screen.getByRole("radio", { name: "This script" }));
  expect(screen.queryByRole("textbox", { name: "Key" })).not.toBeInTheDocument();
  expect(await violations()).toEqual([]);
});

test("a refused key is told under its field", () => {
  const error = new ApiError(422, { errors: [{ field: "restriction_key", message: "A name is needed." }] });
  show(<Page error={error} first={{ ...NONE, restriction: "key" }} />);
  expect(screen.getByRole("textbox", { name: "Key" })).toHaveAccessibleDescription(/A name is needed\./);
});
