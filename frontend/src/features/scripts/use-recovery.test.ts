import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { FileBody } from "@/api/types";
import { useDraft } from "@/blocks/files/use-draft";
import { useRecovery } from "./use-recovery";

// jsdom has no database and no locks: what outlives a page is kept here.
const shelf = vi.hoisted(() => new Map<string, unknown>());
const closed = vi.hoisted(() => new Map<string, () => void>());
vi.mock("@/lib/keep", () => ({
  keep: async (name: string, value: unknown) => !!shelf.set(name, value),
  kept: async (name: string) => shelf.get(name) ?? null,
  keptUnder: async (start: string) => [...shelf.keys()].filter((name) => name.startsWith(start)),
  forget: async (name: string) => void shelf.delete(name),
}));
vi.mock("@/lib/alive", () => {
  const open = new Map<string, Promise<void>>();
  return {
    stayAlive: (name: string) => {
      open.set(name, new Promise((resolve) => closed.set(name, resolve)));
      return () => closed.get(name)?.();
    },
    gone: async (name: string, signal: AbortSignal) => {
      await open.get(name);
      return !signal.aborted;
    },
  };
});
beforeEach(() => shelf.clear());

const saved: FileBody[] = [{ path: "main.py", content: "saved", encoding: "utf-8", size: 5 }];

/** A tab with the script open. `type` waits until what was typed is kept. */
function tab() {
  const { result, unmount } = renderHook(() => {
    const handle = useDraft(saved);
    return { handle, recovery: useRecovery(7, 1, handle) };
  });
  const type = async (content: string) => {
    act(() => result.current.handle.dispatch({ type: "edit", path: "main.py", content }));
    await waitFor(() => expect(result.current.recovery.safe).toBe(true));
  };
  return { now: () => result.current.recovery, type, close: unmount };
}
const texts = () => [...shelf.values()].map((work) => (work as { files: FileBody[] }).files[0]?.content).sort();
/** Longer than a tab waits before it writes or forgets. */
const settled = () => act(() => new Promise((resolve) => setTimeout(resolve, 500)));

test("a clean tab beside it neither forgets nor is offered what an open tab keeps", async () => {
  const first = tab();
  await first.type("first");
  const second = tab();
  await settled();
  expect(texts()).toEqual(["first"]);
  expect(second.now().found).toBeNull();
  expect(first.now().safe).toBe(true);
});

test("two tabs with changes keep both, and each is offered when its tab is gone", async () => {
  const [first, second] = [tab(), tab()];
  await first.type("first");
  await second.type("second");
  expect(texts()).toEqual(["first", "second"]);
  const third = tab();
  await settled();
  expect(third.now().found).toBeNull();
  first.close();
  await waitFor(() => expect(third.now().found?.files[0]?.content).toBe("first"));
});

test("what is typed while work is on offer takes nothing from it", async () => {
  const first = tab();
  await first.type("lost");
  first.close();
  const second = tab();
  await waitFor(() => expect(second.now().found).not.toBeNull());
  await second.type("typed since");
  expect(texts()).toEqual(["lost", "typed since"]);
  expect(second.now().found?.files[0]?.content).toBe("lost");
  act(() => second.now().drop(second.now().found!));
  await waitFor(() => expect(texts()).toEqual(["typed since"]));
  expect(second.now().found).toBeNull();
});

test("work that is taken back is this tab's own before its old place forgets it", async () => {
  const first = tab();
  await first.type("lost");
  first.close();
  const second = tab();
  await waitFor(() => expect(second.now().found).not.toBeNull());
  const [before] = shelf.keys();
  await act(() => second.now().taken(second.now().found!));
  expect(texts()).toEqual(["lost"]);
  expect([...shelf.keys()]).not.toEqual([before]);
});

test("what is the same as what is saved is no lost work", async () => {
  shelf.set("script:7:old", { base: 1, at: 0, files: saved });
  const only = tab();
  await waitFor(() => expect(shelf.size).toBe(0));
  expect(only.now().found).toBeNull();
});
