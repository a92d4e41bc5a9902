/** What one can do at this moment: each page and feature says its deeds here, and the palette, the overview of keys and
 * the listener for keys find them. Used by whoever has a deed worth a name. */
import { useEffect, useSyncExternalStore } from "react";

export type Command = {
  /** Unique among what stands at one time; the same id again takes the place of the earlier one. */
  id: string;
  /** The deed, as its button says it: "Run nightly-report". */
  label: string;
  /** The heading it stands under: "Script", "Go to". */
  group: string;
  /** Keys that do it while nobody types: "n", "?", "g s" one after the other. `Mod+S` is only shown: the field that has
   * the focus does it by itself. */
  keys?: string;
  /** Other words that people may look for. */
  words?: string;
  run: () => void;
};

const registered = new Map<symbol, Command[]>();
const listeners = new Set<() => void>();
let all: Command[] = [];

function changed(): void {
  // Of two with the same id or keys the later one is meant: a page's own comes after the frame's.
  all = [...new Map([...registered.values()].flat().map((one) => [one.id, one])).values()];
  listeners.forEach((tell) => tell());
}

/** The deeds can be done for as long as the component stands. */
export function useCommands(commands: Command[]): void {
  useEffect(() => {
    const key = Symbol("commands");
    registered.set(key, commands);
    changed();
    return () => {
      registered.delete(key);
      changed();
    };
  });
}

/** All that can be done now, in the order in which it was said. */
export function useAllCommands(): Command[] {
  return useSyncExternalStore(subscribe, allCommands);
}

export function allCommands(): Command[] {
  return all;
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}
