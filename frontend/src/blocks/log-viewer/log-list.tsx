/** The lines themselves: only those in sight are in the page, however long the log is. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, type UIEvent } from "react";
import { LogRow } from "./log-row";
import type { LogPrefs } from "./log-toolbar";
import type { LogWindow } from "./log-window";
import classes from "./log.module.css";

const ROW = 20;
const NEAR = 40 * ROW;

/** The byte at which a line begins. */
export type Target = { offset: number };

type Props = {
  view: LogWindow;
  prefs: LogPrefs;
  label: string;
  startedAt: string | null;
  /** The line to bring into sight, each time another object is given. */
  target: Target | null;
  following: boolean;
  onFollow: (following: boolean) => void;
  onTop: () => Promise<void>;
  onBottom: () => Promise<void>;
};

export function LogList({ view, prefs, label, startedAt, target, following, onFollow, onTop, onBottom }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { lines } = view;
  // eslint-disable-next-line react-hooks/incompatible-library -- the list re-renders with each change of `view` anyway
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => lines[index]?.offset ?? index,
    overscan: 20,
  });
  useKeptPlace(box, lines[0]?.offset, following);
  useStickToEnd(box, following, `${lines.length}/${view.end}/${list.getTotalSize()}`);

  const marked = target ? lines.findIndex((line) => line.offset === target.offset) : -1;
  useLayoutEffect(() => {
    if (marked >= 0) list.scrollToIndex(marked, { align: "center" });
    // Once for each target: the reader scrolls on from there, and lines that come move it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [target]);

  // Only the reader's own scrolling stops following; lines that arrive move the list too.
  const movedByReader = useRef(false);
  const touch = () => {
    movedByReader.current = true;
  };
  const scroll = ({ currentTarget }: UIEvent<HTMLDivElement>) => {
    const below = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight;
    if (following && below > 2 * ROW && movedByReader.current) onFollow(false);
    if (!following && below < 2 && view.end >= view.size) onFollow(true);
    if (currentTarget.scrollTop < NEAR && !following) void onTop();
    if (below < NEAR && view.end < view.size) void onBottom();
    movedByReader.current = false;
  };

  return (
    <div
      ref={box}
      className={classes.list}
      data-wrap={prefs.wrap || undefined}
      // A log is read with the keyboard too: it must be reachable to be scrolled.
      tabIndex={0}
      role="log"
      aria-label={label}
      aria-live="off"
      onScroll={scroll}
      onWheel={touch}
      onTouchMove={touch}
      onPointerDown={touch}
      onKeyDown={touch}
    >
      <div style={{ height: list.getTotalSize(), position: "relative", minWidth: "100%" }}>
        <div style={{ transform: `translateY(${list.getVirtualItems()[0]?.start ?? 0}px)` }}>
          {list.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            return (
              <div key={item.key} data-index={item.index} data-target={item.index === marked || undefined} ref={list.measureElement}>
                <LogRow line={line} time={prefs.time} startedAt={startedAt} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** While following, the last line stays in sight. */
function useStickToEnd(box: React.RefObject<HTMLDivElement | null>, following: boolean, change: string): void {
  const stick = useEffectEvent(() => {
    if (following) box.current?.scrollTo(0, box.current.scrollHeight);
  });
  useLayoutEffect(() => stick(), [change, following]);
  useEffect(() => {
    const watcher = new ResizeObserver(() => stick());
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [box]);
}

/** Older lines put on top must not move what one is reading: the distance to the bottom stays. */
function useKeptPlace(box: React.RefObject<HTMLDivElement | null>, firstOffset: number | undefined, following: boolean): void {
  const before = useRef({ offset: firstOffset, height: 0 });
  const keep = useEffectEvent(() => {
    const element = box.current;
    if (!element) return;
    const older = firstOffset !== undefined && before.current.offset !== undefined && firstOffset < before.current.offset;
    if (older && !following) element.scrollBy(0, element.scrollHeight - before.current.height);
    before.current = { offset: firstOffset, height: element.scrollHeight };
  });
  useLayoutEffect(() => keep());
}
