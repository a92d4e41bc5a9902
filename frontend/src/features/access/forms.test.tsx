import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { fakeServer, show } from "@/testing/fakes";
import { LoginForm } from "./login-form";
import { SetupForm } from "./setup-form";

afterEach(() => vi.unstubAllGlobals());

const session = { user: { id: 1, name: "ada", role: "administrator", scopes: [] }, setup_needed: false, csrf: "t", version: "1" };
const type = (name: string, text: string) => userEvent.type(screen.getByLabelText(new RegExp(`^${name}( \\*)?$`)), text);

test("a wrong password is said where one looks", async () => {
  fakeServer(() => ({ status: 401, body: { status: 401, code: "unauthenticated", detail: "Name or password is wrong." } }));
  const done = vi.fn();
  show(<LoginForm onDone={done} />);
  await type("Name", "ada");
  await type("Password", "nope");
  await userEvent.click(screen.getByRole("button", { name: "Log in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Name or password is wrong.");
  expect(done).not.toHaveBeenCalled();
});

test("a right one leads on", async () => {
  fakeServer(() => ({ body: session }));
  const done = vi.fn();
  show(<LoginForm onDone={done} />);
  await type("Name", "ada");
  await type("Password", "correct horse");
  await userEvent.click(screen.getByRole("button", { name: "Log in" }));
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
});

test("two passwords that differ never leave the page", async () => {
  const seen = fakeServer(() => ({ body: session }));
  show(<SetupForm code="abc" onDone={vi.fn()} />);
  await type("Name", "ada");
  await type("Password", "correct horse");
  await type("Password again", "correct house");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(screen.getByText("The two passwords are not the same.")).toBeVisible();
  expect(seen).toHaveLength(0);
});

test("what the server has against a field stands under the field", async () => {
  const errors = [{ field: "password", message: "Use at least 12 characters." }];
  fakeServer(() => ({ status: 422, body: { status: 422, code: "bad_input", detail: "Some values are not right.", errors } }));
  show(<SetupForm code="abc" onDone={vi.fn()} />);
  await type("Name", "ada");
  await type("Password", "short");
  await type("Password again", "short");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText("Use at least 12 characters.")).toBeVisible();
  expect(screen.getByLabelText(/^Password( \*)?$/)).toHaveAccessibleDescription("Use at least 12 characters.");
});
