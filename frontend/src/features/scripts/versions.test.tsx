import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { expect, test, vi } from "vitest";
import type { Version } from "@/api/types";
import { fakeServer, show } from "@/testing/fakes";
import { script } from "@/testing/things";
import { Versions } from "./versions";

const version = (number: number, draft = false): Version => ({
  id: number,
  number,
  digest: "0123456789abcdef",
  entry: "main.py",
  message: "",
  draft,
  warnings: [],
  author: null,
  created_at: "2026-11-22T05:00:00Z",
  files: [],
});

/** The history of a script whose version 3 was only tried and whose version 4 is live. */
function shown() {
  const seen = fakeServer(({ method, url }) => {
    if (method === "POST") return { status: 409, body: { code: "conflict", detail: "Saved meanwhile.", request_id: "r" } };
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/versions/2")) return { body: { ...version(2), files: [] } };
    const items = [version(4), version(3, true), version(2)].filter((one) => !one.draft || searchParams.get("drafts") === "true");
    return { body: { items, next: null } };
  });
  const chosen = { version: null, against: null };
  const live = script({ version: { id: 4, number: 4 } });
  show(
    <Suspense fallback="...">
      <Versions script={live} chosen={chosen} onChoose={vi.fn()} onStarted={vi.fn()} />
    </Suspense>,
  );
  return seen;
}

test("the server leaves out what was only tried, until one asks for it", async () => {
  const seen = shown();
  expect(await screen.findByText("Version 2")).toBeVisible();
  expect(screen.queryByText("Version 3")).not.toBeInTheDocument();
  expect(seen[0]?.url).toContain("drafts=false");
  await userEvent.click(screen.getByRole("checkbox", { name: "Also what was only tried" }));
  expect(await screen.findByText("Version 3")).toBeVisible();
});

test("a version is restored after a question, which tells what the server has against it", async () => {
  const seen = shown();
  await userEvent.click(await screen.findByRole("button", { name: "Restore version 2" }));
  expect(await screen.findByRole("dialog", { name: "Restore version 2?" })).toBeVisible();
  expect(seen.filter(({ method }) => method === "POST")).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText("Saved meanwhile.")).toBeVisible();
});
