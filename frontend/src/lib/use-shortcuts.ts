/** Page-wide key combinations with Ctrl (or Cmd), also while one types. */
import { useEffect, useEffectEvent } from "react";

/** `{s: save, Enter: run}`; the browser's own meaning of the combination is switched off. */
export function useShortcuts(deeds: Record<string, () => void>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    if (!event.repeat) deed();
  });
  useEffect(() => {
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
