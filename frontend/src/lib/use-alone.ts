/** One deed at a time: what is asked for while one is under way is left undone. */
import { useCallback, useRef } from "react";

/** Known at once, and not first when the page has been drawn again: two quick keys may both come before that. */
export function useAlone(): (deed: () => Promise<void>) => Promise<void> {
  const busy = useRef(false);
  return useCallback(async (deed) => {
    if (busy.current) return;
    busy.current = true;
    try {
      await deed();
    } finally {
      busy.current = false;
    }
  }, []);
}
