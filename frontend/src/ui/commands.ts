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
  /** Keys that do it while nobody types: "n", "?", "g s" one after the other; a capital is pressed with Shift. `Mod+S` is
   * only shown: the field that has the focus does it by itself. */
  keys?: string;
  /** Other words that people may look for. */
  words?: string;
  run: () => void;
};

type Where = "frame" | "page";

const registered = new Map<symbol, { where: Where; commands: Command[] }>();
const listeners = new Set<() => void>();
let all: Command[] = [];

function changed(): void {
  const of = (where: Where) => [...registered.values()].flatMap((one) => (one.where === where ? one.commands : []));
  // Of two with the same id the later one is meant: a page's own takes the place of the frame's.
  all = [...new Map([...of("frame"), ...of("page")].map((one) => [one.id, one])).values()];
  listeners.forEach((tell) => tell());
}

/** The deeds can be done for as long as the component stands. */
export function useCommands(commands: Command[], where: Where = "page"): void {
  useEffect(() => {
    const key = Symbol("commands");
    registered.set(key, { where, commands });
    changed();
    return () => {
      registered.delete(key);
      changed();
    };
  });
}

/** All that can be done now: of the frame, then of the page. */
export function useAllCommands(): Command[] {
  return useSyncExternalStore(subscribe, allCommands);
}

export function allCommands(): Command[] {
  return all;
}

/** Pure. Whom these keys belong to: of several a page's own, which comes after the frame's. */
export function commandOf(keys: string, commands: Command[]): Command | undefined {
  return commands.findLast((one) => one.keys === keys);
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}
