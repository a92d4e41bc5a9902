import { MantineProvider } from "@mantine/core";
import { notifications, Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { fakeServer } from "@/testing/fakes";
import { image } from "@/testing/things";
import { ImageFiles } from "./image-files";

// What is typed in it is not what is tested here, and jsdom is slow at it.
vi.mock("@/blocks/code-editor/code-editor", () => ({ CodeEditor: () => null }));

afterEach(() => act(() => notifications.clean()));

const file = (path: string) => ({ path, content: path, encoding: "utf-8", size: path.length });
const answer = (digest: string, ...paths: string[]) => ({ body: { digest, items: paths.map(file) } });

/** The files page of an image that is not built; `reply` answers for its files. */
async function shown(reply: (request: Request) => ReturnType<Parameters<typeof fakeServer>[0]>) {
  const seen = fakeServer((request) => {
    const { pathname } = new URL(request.url);
    return pathname.endsWith("/files") ? reply(request) : { body: { items: [] } };
  });
  const dormant = image({ status: "dormant" });
  const router = createMemoryRouter([{ path: "*", element: <Suspense fallback="..."><ImageFiles image={dormant} /></Suspense> }]);
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByRole("treeitem", { name: "one.txt" });
  return () => seen.filter((request) => request.method === "PUT").length;
}

const remove = async (name: string) => {
  screen.getByRole("treeitem", { name }).focus();
  await userEvent.keyboard("{Delete}");
};
const save = () => userEvent.click(screen.getByRole("button", { name: "Save" }));
const theirs = { status: 409, body: { code: "conflict", detail: "Saved meanwhile.", request_id: "r" } };

test("what is changed while a save is on its way is not saved yet, and a second save waits for the first", async () => {
  let arrive = () => undefined as void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const saves = await shown(async (request) => {
    if (request.method !== "PUT") return answer("a", "Dockerfile", "one.txt", "two.txt");
    await arrived;
    return answer("b", "Dockerfile", "two.txt");
  });
  await remove("one.txt");
  await save();
  await remove("two.txt");
  await userEvent.keyboard("{Control>}s{/Control}");
  arrive();
  expect(await screen.findByText("Saved. Build the image to use it.")).toBeVisible();
  expect(screen.getByText("Not saved yet", { exact: true })).toBeVisible();
  expect(screen.queryByRole("treeitem", { name: "two.txt" })).not.toBeInTheDocument();
  expect(saves()).toBe(1);
});

test("theirs are loaded when they can be, and mine can be had back", async () => {
  let broken = true;
  let first = true;
  await shown((request) => {
    if (request.method === "PUT") return theirs;
    if (first) {
      first = false;
      return answer("a", "Dockerfile", "one.txt");
    }
    return broken ? { status: 500, body: { code: "x", detail: "No answer.", request_id: "r" } } : answer("c", "Dockerfile", "one.txt", "theirs.txt");
  });
  await remove("one.txt");
  await save();
  const load = await screen.findByRole("button", { name: "Load theirs, drop mine" });
  await userEvent.click(load);
  expect(await screen.findByText(/^No answer\./)).toBeVisible();
  expect(screen.getByText("Not saved yet", { exact: true })).toBeInTheDocument();
  broken = false;
  await userEvent.click(load);
  expect(await screen.findByRole("treeitem", { name: "theirs.txt" })).toBeVisible();
  const told = (await screen.findByText("Theirs are loaded.")).parentElement as HTMLElement;
  await userEvent.click(within(told).getByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Not saved yet", { exact: true })).toBeVisible();
  expect(screen.queryByRole("treeitem", { name: "one.txt" })).not.toBeInTheDocument();
});
