/** The draft of one set of files, and the guard that keeps it from being lost. */
import { useEffect, useMemo, useReducer, type Dispatch } from "react";
import { useBlocker } from "react-router";
import type { FileBody } from "@/api/types";
import { changedPaths, draftReducer, NO_DRAFT, type Draft, type DraftAction } from "./draft";

export type DraftHandle = { draft: Draft; dispatch: Dispatch<DraftAction>; changed: Set<string>; dirty: boolean };

/** `first` is what the page was loaded with; later loads go through `dispatch({type: "loaded"})`. */
export function useDraft(first: FileBody[], selected: string | null = null): DraftHandle {
  const [draft, dispatch] = useReducer(draftReducer, NO_DRAFT, (empty) =>
    draftReducer(empty, { type: "loaded", files: first, selected }),
  );
  const changed = useMemo(() => changedPaths(draft), [draft]);
  return { draft, dispatch, changed, dirty: changed.size > 0 };
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
