import { Notifications, notifications } from "@mantine/notifications";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { show } from "@/testing/fakes";
import { toastUndo } from "./toast";

afterEach(() => act(() => notifications.clean()));

const undoing = async (undo: () => unknown) => {
  show(<Notifications />);
  act(() => toastUndo("Paused nightly-report.", undo));
  expect(await screen.findByText("Paused nightly-report.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
};

test("a deed is taken back once, and its notice goes", async () => {
  const undo = vi.fn();
  await undoing(undo);
  expect(undo).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByText("Paused nightly-report.")).not.toBeInTheDocument());
});

test("what goes wrong while taking it back is told", async () => {
  await undoing(() => Promise.reject(new Error("It was deleted meanwhile.")));
  expect(await screen.findByText("It was deleted meanwhile.")).toBeVisible();
});
