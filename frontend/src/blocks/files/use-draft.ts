/** The draft of one set of files, where in it one looks, and the guard that keeps it from being lost. */
import { useCallback, useEffect, useMemo, useReducer, useState, type Dispatch } from "react";
import { useBlocker } from "react-router";
import type { Place } from "@/blocks/code-editor/assistant";
import { changedPaths, draftReducer, NO_DRAFT, type Draft, type DraftAction, type DraftFile } from "./draft";

export type DraftHandle = {
  draft: Draft;
  dispatch: Dispatch<DraftAction>;
  changed: Set<string>;
  dirty: boolean;
  /** Where the cursor was sent last; `stamp` tells one sending from the next. */
  place: (Place & { stamp: number }) | null;
  /** Open the file and put the cursor there. */
  goTo: (place: Place) => void;
};

/** `first` is what the page was loaded with; later loads go through `dispatch({type: "loaded"})`. */
export function useDraft(first: readonly DraftFile[], selected: string | null = null): DraftHandle {
  const [draft, dispatch] = useReducer(draftReducer, NO_DRAFT, (empty) =>
    draftReducer(empty, { type: "loaded", files: first, selected }),
  );
  const [place, setPlace] = useState<DraftHandle["place"]>(null);
  const changed = useMemo(() => changedPaths(draft), [draft]);
  const goTo = useCallback((to: Place) => {
    dispatch({ type: "select", path: to.path });
    setPlace((before) => ({ ...to, stamp: (before?.stamp ?? 0) + 1 }));
  }, []);
  return { draft, dispatch, changed, dirty: changed.size > 0, place, goTo };
}

/** Asks before a page with unsaved work is left. `home` is the part of the site that keeps the work: `/scripts/7`. */
export function useLeaveGuard(dirty: boolean, home: string) {
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
  return useBlocker(({ nextLocation: { pathname } }) => dirty && pathname !== home && !pathname.startsWith(`${home}/`));
}
