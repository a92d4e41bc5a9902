import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer } from "@/testing/fakes";
import { schedule } from "@/testing/schedules";
import { Schedules } from "./schedules";

afterEach(() => vi.unstubAllGlobals());

const SCRIPTS = [
  { id: 3, name: "nightly-report" },
  { id: 9, name: "backup" },
];
const named = (...ids: number[]) => ids.map((id) => schedule({ id, name: `Run ${id}` }));

/** Two pages of schedules, of which one has run between them; `people` can own them. */
function serve(people: { id: number; name: string }[]) {
  return fakeServer((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.endsWith("/owners")) return { body: { items: people } };
    if (pathname.endsWith("/pause-all")) return { body: { pause: null } };
    if (searchParams.get("q")) return { body: { items: [], next: null } };
    const last = searchParams.get("after") === "2026-11-23T03:00:00.000000Z_5";
    return { body: last ? { items: named(6, 1), next: null } : { items: named(1, 2, 3, 5), next: "2026-11-23T03:00:00.000000Z_5" } };
  });
}

/** Where addresses are, as the site has them: filters stand in them. */
function showList(scriptId?: number) {
  const list = <Schedules scripts={scriptId ? SCRIPTS.slice(0, 1) : SCRIPTS} scriptId={scriptId} />;
  const router = createMemoryRouter([{ path: "/", element: <Suspense>{list}</Suspense> }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("the next page comes by button, and a schedule that stands in both is shown once", async () => {
  serve([{ id: 1, name: "ada" }]);
  showList();
  const list = await screen.findByRole("list", { name: "Schedules" });
  expect(within(list).getAllByRole("listitem")).toHaveLength(4);
  await userEvent.click(screen.getByRole("button", { name: "More schedules" }));
  await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(5));
  expect(screen.queryByRole("button", { name: "More schedules" })).toBeNull();
  // With one person there is no owner to tell of or to choose.
  expect(screen.queryByRole("combobox", { name: "Owner" })).toBeNull();
  expect(screen.queryByTitle("Owner: ada")).toBeNull();
});

test("what is filtered is asked of the server, the script of a script's page with it", async () => {
  const seen = serve([{ id: 1, name: "ada" }, { id: 2, name: "bertha" }]);
  showList(3);
  expect((await screen.findAllByTitle("Owner: ada")).length).toBe(4);
  expect(screen.queryByRole("combobox", { name: "Script" })).toBeNull();
  expect(await violations()).toEqual([]);
  await userEvent.click(screen.getByRole("combobox", { name: "Owner" }));
  await userEvent.click(await screen.findByRole("option", { name: "bertha" }));
  await waitFor(() => expect(asked(seen)).toMatchObject({ script_id: "3", owner_id: "2", limit: "50" }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Search" }), "x");
  expect(await screen.findByText("No such schedule")).toBeVisible();
  expect(asked(seen)).toMatchObject({ owner_id: "2", q: "x" });
});

function asked(seen: Request[]): Record<string, string> {
  const lists = seen.map(({ url }) => new URL(url)).filter(({ pathname }) => pathname.endsWith("/schedules"));
  return Object.fromEntries(lists.at(-1)?.searchParams ?? []);
}
