/** Listens to the keys of all that can be done now, for the frame. */
import { useEffect } from "react";
import { NOTHING_PRESSED, press, type Pressed } from "@/lib/key-sequence";
import { allCommands, commandOf } from "@/ui/commands";

const TYPING = "input, textarea, select, [contenteditable='true'], [role='textbox'], [role='combobox']";
const DIALOG = "[role='dialog'], [role='menu'], [role='listbox']";

/** Nothing happens while one types, nor behind an open dialog or menu, nor when what has the focus took the key. */
export function useCommandKeys(): void {
  useEffect(() => {
    let before: Pressed = NOTHING_PRESSED;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isElsewhere(event.target)) return;
      const commands = allCommands();
      const { done, after } = press(before, event.key, event.timeStamp, commands.flatMap((one) => one.keys ?? []));
      before = after;
      const command = done === null ? undefined : commandOf(done, commands);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

function isElsewhere(target: EventTarget | null): boolean {
  const typing = target instanceof Element && target.closest(TYPING) !== null;
  // A field to choose from keeps its closed list in the page: what is not drawn is not open.
  return typing || [...document.querySelectorAll(DIALOG)].some((one) => one.getClientRects().length > 0);
}
