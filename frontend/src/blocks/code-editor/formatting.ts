/** Laying a file out: only the lines that change are touched, so that the cursor and what can be undone stay. */
import type { ChangeSpec } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";
import type { Desk } from "./assistant";
import { quietly } from "./problems";

export const formatKeys = (desk: Desk) =>
  keymap.of([
    {
      key: "Shift-Alt-f",
      run: (view) => {
        void format(desk, view);
        return true;
      },
    },
  ]);

async function format(desk: Desk, view: EditorView): Promise<void> {
  const before = view.state.doc;
  const found = await quietly(desk.assistant().format?.(desk.path, before.toString()));
  // Whoever has typed on meanwhile would lose that.
  if (view.state.doc !== before) return;
  if (!found) desk.tell("The file could not be laid out just now. Try again shortly.");
  else if (found.content === null) desk.tell(found.why);
  else view.dispatch({ changes: await changesBetween(before.toString(), found.content), userEvent: "input.format" });
}

export async function changesBetween(before: string, after: string): Promise<ChangeSpec[]> {
  const { diff } = await import("@codemirror/merge");
  const changes = diff(before, after, { scanLimit: 2_000, timeout: 200 });
  return changes.map(({ fromA, toA, fromB, toB }) => ({ from: fromA, to: toA, insert: after.slice(fromB, toB) }));
}
