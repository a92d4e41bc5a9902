import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { useState, type ReactNode } from "react";
import { expect, test, vi } from "vitest";
import type { DraftFile } from "@/blocks/files/draft";
import { useDraft } from "@/blocks/files/use-draft";
import { fakeServer } from "@/testing/fakes";
import { toastError, toastUndo } from "@/ui/toast";
import { useSaving, type WholeVersion } from "./use-saving";

vi.mock("@/ui/toast", () => ({ toast: vi.fn(), toastError: vi.fn(), toastUndo: vi.fn() }));

const file = (content: string): DraftFile => ({ path: "main.py", content, encoding: "utf-8" });
const whole = (number: number, content: string) => ({ number, files: [{ ...file(content), size: 1 }] }) as unknown as WholeVersion;
const problem = (status: number) => ({ status, body: { code: "x", detail: `refused with ${status}`, request_id: "r" } });
const accepted = (number: number) => ({ body: { number, warnings: [] } });

type Fresh = { isSuccess: boolean; error: Error | null; data?: { files: DraftFile[]; number: number } };

/** The editor's draft, begun with version 1 and changed to "mine". */
function editor(newest: () => Promise<Fresh> = vi.fn(), formatted = async (files: DraftFile[]) => files) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(
    () => {
      const handle = useDraft([file("old")]);
      const [base, setBase] = useState(1);
      return { handle, base, ...useSaving(3, { handle, base, setBase, formatted, newest }) };
    },
    { wrapper },
  );
  const type = (content: string) => act(() => result.current.handle.dispatch({ type: "edit", path: "main.py", content }));
  type("mine");
  return { now: () => result.current, type, text: () => result.current.handle.draft.files[0]?.content };
}

test("a second wish to save, while the first is under way, conflicts with nobody", async () => {
  const seen = fakeServer(() => accepted(2));
  let laidOut = () => undefined as void;
  const layingOut = new Promise<void>((resolve) => (laidOut = resolve));
  const { now, type, text } = editor(undefined, async (files) => (await layingOut, files));
  let first = Promise.resolve();
  act(() => void (first = now().save()));
  type("mine!");
  await act(() => now().save());
  await act(async () => (laidOut(), first));
  expect(seen).toHaveLength(1);
  await waitFor(() => expect(now().base).toBe(2));
  expect(text()).toBe("mine!");
  expect(now().handle.dirty).toBe(true);
});

test("a merge that could not be saved stays, with the error, until it is saved or closed", async () => {
  const replies = [problem(409), problem(500), accepted(3)];
  fakeServer(() => replies.shift() ?? problem(500));
  const { now, text } = editor();
  await act(() => now().save());
  await waitFor(() => expect(now().merging).toBe(1));
  await act(() => now().saveMerged([file("both")], whole(2, "theirs")));
  await waitFor(() => expect(now().savingError?.message).toBe("refused with 500"));
  expect([now().merging, now().base]).toEqual([1, 1]);
  await act(() => now().saveMerged([file("both")], whole(2, "theirs")));
  await waitFor(() => expect(now().merging).toBe(0));
  expect([now().base, text(), now().handle.dirty]).toEqual([3, "both", false]);
});

test("when one more comes in between, what was brought together is what is merged next", async () => {
  const replies = [problem(409), problem(409)];
  fakeServer(() => replies.shift() ?? problem(500));
  const { now, text } = editor();
  await act(() => now().save());
  await act(() => now().saveMerged([file("both")], whole(2, "theirs")));
  await waitFor(() => expect(now().merging).toBe(2));
  expect([now().base, text(), now().handle.draft.saved[0]?.content]).toEqual([2, "both", "theirs"]);
});

test("theirs that cannot be loaded take nothing away", async () => {
  const old = { files: [file("old")], number: 1 };
  const { now, text } = editor(async () => ({ isSuccess: false, error: new Error("No answer."), data: old }));
  await act(() => now().load());
  expect(text()).toBe("mine");
  expect(toastError).toHaveBeenCalledWith(new Error("No answer."));
});

test("theirs are loaded, and mine can be had back", async () => {
  const { now, text } = editor(async () => ({ isSuccess: true, error: null, data: { files: [file("theirs")], number: 2 } }));
  await act(() => now().load());
  expect([text(), now().base, now().handle.dirty]).toEqual(["theirs", 2, false]);
  act(() => void vi.mocked(toastUndo).mock.lastCall?.[1]());
  expect([text(), now().base, now().handle.dirty]).toEqual(["mine", 1, true]);
});
