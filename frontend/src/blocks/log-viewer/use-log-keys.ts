/** Single keys while one reads a log. */
import type { KeyboardEvent } from "react";
import { useCommands } from "@/ui/commands";

const KEYS = [
  ["/", "search", "Search the log"],
  ["n", "next", "Next hit"],
  ["N", "before", "Hit before"],
  ["e", "error", "First error"],
  ["g", "start", "Start of the log"],
  ["G", "end", "End of the log, and follow it"],
  ["f", "follow", "Follow, or stop following"],
  ["w", "wrap", "Wrap long lines, or not"],
  ["t", "times", "Times: off, clock, since the start"],
  ["l", "link", "Copy a link to the line"],
] as const;

export type LogDeeds = Record<(typeof KEYS)[number][1], () => void>;

/** Where the log is what the page is about (`page`), they count on all of it and stand among the page's commands;
 * elsewhere the answer is for the log to hear its own keys with. */
export function useLogKeys(page: boolean, deeds: LogDeeds): ((event: KeyboardEvent) => void) | undefined {
  useCommands(page ? KEYS.map(([keys, name, label]) => ({ id: `log-${name}`, group: "Log", label, keys, run: deeds[name] })) : []);
  return page ? undefined : (event) => press(event, deeds);
}

function press(event: KeyboardEvent, deeds: LogDeeds): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target as HTMLElement)) return;
  const name = KEYS.find(([keys]) => keys === event.key)?.[1];
  if (!name) return;
  // Said to the frame, to which the same key may mean something else.
  event.preventDefault();
  deeds[name]();
}

function isTyped(element: HTMLElement): boolean {
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}
