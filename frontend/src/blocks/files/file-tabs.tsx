/** The open files: one tab each, with a dot while it is not saved. */
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import classes from "./files.module.css";
import { nameOf } from "./tree";
import type { DraftHandle } from "./use-draft";

export function FileTabs({ handle }: { handle: DraftHandle }) {
  const { draft, dispatch, changed } = handle;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [draft.selected]);
  const names = draft.open.map(nameOf);
  return (
    <nav aria-label="Open files" className={classes.tabs}>
      <ul ref={list}>
        {draft.open.map((path) => (
          <li key={path} data-selected={path === draft.selected || undefined}>
            <button
              type="button"
              aria-current={path === draft.selected || undefined}
              title={path}
              onClick={() => dispatch({ type: "select", path })}
              onAuxClick={(event) => event.button === 1 && dispatch({ type: "close", path })}
            >
              {/* Two files of one name need their folders to be told apart. */}
              {names.filter((name) => name === nameOf(path)).length > 1 ? path : nameOf(path)}
              {changed.has(path) && (
                <span className={classes.mark}>
                  <span className={classes.hidden}> (not saved)</span>
                </span>
              )}
            </button>
            <button type="button" className={classes.closer} aria-label={`Close ${path}`} onClick={() => dispatch({ type: "close", path })}>
              <X size={13} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
