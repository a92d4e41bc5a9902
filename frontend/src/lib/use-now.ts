/** One clock for all relative times of a page, instead of one timer each. */
import { useSyncExternalStore } from "react";

const STEP_MS = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listen: () => void): () => void {
  if (listeners.size === 0) timer = setInterval(() => listeners.forEach((tell) => tell()), STEP_MS);
  listeners.add(listen);
  return () => {
    listeners.delete(listen);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** What `read` makes of the present moment (milliseconds since 1970). Rendered again only when the words change. */
export function useNow<T extends string | number>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(Date.now()));
}
