/** A deed that is wanted far more often than it need be done. Pure; used where the pages keep costly answers true. */

/** The pause after a deed is at least so many times as long as the deed took. */
const REST = 4;

export type Paced = { soon: () => void; stop: () => void };

/**
 * `soon` asks for `deed`: it is done after `delayMs`, once for all who ask meanwhile, never twice at the same time, and
 * after it there is a pause: of `leastMs`, or longer where the deed took long. What is asked for meanwhile is not lost.
 */
export function paced(deed: () => Promise<unknown>, { delayMs, leastMs }: { delayMs: number; leastMs: number }): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let wanted = false;
  let stopped = false;
  const later = (then: () => void, ms: number) => {
    if (!stopped) timer = setTimeout(then, ms);
  };
  const go = () => {
    wanted = false;
    const began = performance.now();
    const rest = () => later(ready, Math.max(leastMs, REST * (performance.now() - began)));
    void deed().then(rest, rest);
  };
  const ready = () => {
    busy = wanted;
    if (wanted) go();
  };
  return {
    soon: () => {
      wanted = true;
      if (busy) return;
      busy = true;
      later(go, delayMs);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
