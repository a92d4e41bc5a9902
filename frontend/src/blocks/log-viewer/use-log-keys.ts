/** Single keys while one reads a log. */
import { useEffect, useEffectEvent, type RefObject } from "react";

export type LogKey = "/" | "n" | "N" | "g" | "G" | "f" | "e" | "w" | "t" | "l";

/** They count inside `area`, and where the log is what the page is about (`page`), wherever nothing else takes them. */
export function useLogKeys(area: RefObject<HTMLElement | null>, page: boolean, deeds: Partial<Record<LogKey, () => void>>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target as HTMLElement;
    const inside = area.current?.contains(at) ?? false;
    if (isTyped(at) || !(inside || (page && at === document.body))) return;
    const deed = deeds[event.key as LogKey];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  useEffect(() => {
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function isTyped(element: HTMLElement): boolean {
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}
