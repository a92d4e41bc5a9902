import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer } from "@/testing/fakes";
import { job, script } from "@/testing/things";
import { ScriptEditor } from "./script-editor";

// What is typed in it is not what is tested here, and jsdom is slow at it.
vi.mock("@/blocks/code-editor/code-editor", () => ({ CodeEditor: () => null }));

const wide = window.matchMedia;
beforeEach(() => {
  window.matchMedia = (query) => ({ ...wide(query), matches: query === "(max-width: 36em)" });
});
afterEach(() => {
  window.matchMedia = wide;
});

/** The editor on a phone; given back are the jobs that were asked for. */
async function shown(): Promise<() => Promise<unknown[]>> {
  const seen = fakeServer(({ method }) => {
    const files = [{ path: "main.py", content: "print()", encoding: "utf-8", size: 7 }];
    return { body: method === "POST" ? job() : { entry: "main.py", version: 3, items: files } };
  });
  const editor = <ScriptEditor script={script()} active onStarted={() => undefined} panel={null} onPanelClosed={() => undefined} />;
  const router = createMemoryRouter([{ path: "*", element: <Suspense fallback="...">{editor}</Suspense> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText("Version 3");
  return () => Promise.all(seen.filter(({ method, url }) => method === "POST" && url.endsWith("/jobs")).map((one) => one.json()));
}

const run = () => userEvent.click(screen.getByRole("button", { name: "Run" }));

test("on a phone Save and Run stand beside each other, and all else is behind one button", async () => {
  const started = await shown();
  const bar = screen.getByText("Version 3").parentElement as HTMLElement;
  const names = within(bar).getAllByRole("button").map((button) => button.getAttribute("aria-label") ?? button.textContent);
  expect(names).toEqual(["Options", "Save", "Run"]);
  expect(screen.getAllByRole("button", { name: "Run" })).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: "Options" }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Arguments" }), "--all 'two words'");
  await userEvent.type(screen.getByRole("textbox", { name: "Priority" }), "3");
  expect(await violations()).toEqual([]);
  await userEvent.keyboard("{Escape}");
  expect(screen.getByRole("button", { name: "Options: with arguments, Priority 3" })).toBeVisible();
  await run();
  expect(await started()).toMatchObject([{ version: 3, arguments: ["--all", "two words"], priority: 3 }]);
});

test("arguments that cannot be read are shown to whoever runs, who would not see why nothing happens", async () => {
  const started = await shown();
  await userEvent.click(screen.getByRole("button", { name: "Options" }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Arguments" }), "'open");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("textbox", { name: "Arguments" })).not.toBeInTheDocument();
  await run();
  expect(await screen.findByRole("textbox", { name: "Arguments" })).toHaveAccessibleDescription(/opened but not closed/);
  expect(await started()).toEqual([]);
});
