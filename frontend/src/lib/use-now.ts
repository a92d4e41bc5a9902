/** One clock for all relative times of a page, instead of one timer each. */
import { useSyncExternalStore } from "react";

type Clock = { subscribe: (listen: () => void) => () => void; read: () => number };

function makeClock(stepMs: number): Clock {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = Date.now();
    listeners.forEach((listen) => listen());
  };
  return {
    read: () => now,
    subscribe(listen) {
      if (listeners.size === 0) {
        now = Date.now();
        timer = setInterval(tick, stepMs);
      }
      listeners.add(listen);
      return () => {
        listeners.delete(listen);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
}

const slow = makeClock(15_000);
const fast = makeClock(1_000);

/** Milliseconds since 1970, moving every second (`fast`) or every quarter of a minute. */
export function useNow(pace: "slow" | "fast" = "slow"): number {
  const clock = pace === "fast" ? fast : slow;
  return useSyncExternalStore(clock.subscribe, clock.read);
}
