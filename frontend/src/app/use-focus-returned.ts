/** Gives the focus back when a dialog of the frame is gone: such a dialog is taken away whole, and cannot do it itself. */
import { useEffect } from "react";

/** `open` names the dialog. What has taken the focus meanwhile keeps it. */
export function useFocusReturned(open: string | null): void {
  useEffect(() => {
    if (open === null) return;
    const before = document.activeElement;
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [open]);
}
