import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { expect, test, vi } from "vitest";
import type { ImageVersion } from "@/api/types";
import { fakeServer, show } from "@/testing/fakes";
import { image } from "@/testing/things";
import { ImageVersions } from "./image-versions";

const version = (number: number): ImageVersion => ({
  id: number * 10,
  number,
  digest: "0123456789abcdef",
  current: number === 2,
  message: "",
  author: null,
  created_at: "2026-11-22T05:00:00Z",
  files: [],
  builds: [],
});

test("older versions of an image's files can be reached", async () => {
  fakeServer(({ url }) => {
    const before = new URL(url).searchParams.get("before");
    return { body: before === "20" ? { items: [version(1)], next: null } : { items: [version(2)], next: 20 } };
  });
  show(
    <Suspense fallback="...">
      <ImageVersions image={image()} pair={null} onPair={vi.fn()} onRestored={vi.fn()} />
    </Suspense>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "Older versions" }));
  expect(await screen.findByText("Version 1")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Older versions" })).not.toBeInTheDocument();
});
