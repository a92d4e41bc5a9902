/** The lines themselves: only those in sight are in the page, however long the log is. */
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, type KeyboardEvent, type UIEvent } from "react";
import type { Sought } from "./ansi";
import { indexAt, within, type LineSpan } from "./lines";
import { LogRow } from "./log-row";
import { LogRuler } from "./log-ruler";
import type { LogPrefs } from "./log-toolbar";
import { MAX_LINES, type LogWindow } from "./log-window";
import classes from "./log.module.css";

const ROW = 20;
const NEAR = 100 * ROW;
/** A scroll so soon after the reader's hand moved is the reader's; lines that arrive move the list too. */
const HAND_MS = 600;

/** A byte to bring into sight: into the middle, or to the top. */
export type Target = { offset: number; align: "center" | "start" };

type Props = {
  view: LogWindow;
  prefs: LogPrefs;
  label: string;
  startedAt: string | null;
  /** The byte at which all that can be shown begins. */
  first: number;
  /** What to bring into sight, each time another object is given. */
  target: Target | null;
  /** The lines that are pointed out. */
  span: LineSpan | null;
  sought: Sought | null;
  marks: readonly number[];
  following: boolean;
  hrefOf?: (offset: number) => string;
  onFrame?: (path: string, line: number) => void;
  onPick: (offset: number, more: boolean) => void;
  onFollow: (following: boolean) => void;
  onTop: () => Promise<void>;
  onBottom: () => Promise<void>;
  /** To a byte anywhere in the file. */
  onGo: (offset: number) => void;
  onEdge: (edge: "start" | "end") => void;
};

export function LogList(props: Props) {
  const { view, prefs, label, startedAt, first, target, span, sought, following } = props;
  const box = useRef<HTMLDivElement>(null);
  const { lines } = view;
  // eslint-disable-next-line react-hooks/incompatible-library -- the list re-renders with each change of `view` anyway
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => lines[index]?.offset ?? index,
    overscan: 20,
    // Lines put on top or dropped there must not move what one is reading.
    anchorTo: "end",
  });
  useStickToEnd(box, following, `${lines.length}/${view.end}/${list.getTotalSize()}`);
  useForgetting(list, lines[0]?.offset);

  useLayoutEffect(() => {
    if (target && lines.length > 0) list.scrollToIndex(indexAt(lines, target.offset), { align: target.align });
    // Once for each target: the reader scrolls on from there, and lines that come move it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [target]);
  const hand = useHand(box, props);
  const [top, bottom] = inSight(list, view);

  return (
    <div className={classes.reading}>
      <div
        ref={box}
        className={classes.list}
        data-wrap={prefs.wrap || undefined}
        // A log is read with the keyboard too: it must be reachable to be scrolled.
        tabIndex={0}
        role="log"
        aria-label={label}
        aria-live="off"
        {...hand}
      >
        <div style={{ height: list.getTotalSize(), position: "relative", minWidth: "100%" }}>
          <div style={{ transform: `translateY(${list.getVirtualItems()[0]?.start ?? 0}px)` }}>
            {list.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (!line) return null;
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  data-target={within(span, line.offset) || undefined}
                  ref={list.measureElement}
                >
                  <LogRow
                    line={line}
                    time={prefs.time}
                    startedAt={startedAt}
                    sought={sought}
                    href={props.hrefOf?.(line.offset)}
                    onFrame={props.onFrame}
                    onPick={props.onPick}
                  />
                </div>
              );
            })}
          </div>
        </div>
      </div>
      <LogRuler first={first} size={view.size} top={top} bottom={bottom} marks={props.marks} onGo={props.onGo} />
    </div>
  );
}

/** What the reader does with the list: only that stops following, and asks for what lies beyond the window. */
function useHand(box: React.RefObject<HTMLDivElement | null>, props: Props) {
  const { view, following, onFollow, onTop, onBottom, onEdge } = props;
  const moved = useRef(-HAND_MS);
  const before = useRef(0);
  const touch = () => {
    moved.current = performance.now();
  };
  const onScroll = ({ currentTarget }: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    const below = scrollHeight - scrollTop - clientHeight;
    const up = scrollTop < before.current;
    before.current = scrollTop;
    if (performance.now() - moved.current < HAND_MS) {
      if (following && up && below > 2 * ROW) onFollow(false);
      if (!following && !up && below < 2 && view.end >= view.size) onFollow(true);
    }
    if (scrollTop < NEAR && !following) void onTop();
    if (below < NEAR && view.end < view.size) void onBottom();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    touch();
    if (event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    onEdge(event.key === "Home" ? "start" : "end");
  };
  // Lines must not move away under somebody who chooses some to copy.
  const onPointerUp = () => {
    const chosen = document.getSelection();
    if (following && chosen && !chosen.isCollapsed && box.current?.contains(chosen.anchorNode)) onFollow(false);
  };
  return { onScroll, onKeyDown, onPointerUp, onWheel: touch, onTouchMove: touch, onPointerDown: touch };
}

/** The bytes that are in sight. */
function inSight(list: Virtualizer<HTMLDivElement, Element>, view: LogWindow): [number, number] {
  const top = list.scrollOffset ?? 0;
  const indexOf = (place: number) => list.getVirtualItemForOffset(place)?.index ?? 0;
  const from = view.lines[indexOf(top)]?.offset ?? view.start;
  // Up to where the line after the last one begins.
  const to = view.lines[indexOf(top + (list.scrollRect?.height ?? 0)) + 1]?.offset ?? view.end;
  return [from, Math.max(from, to)];
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

/** The measured heights of lines that are long gone: a log that is watched for hours must not pile them up. */
function useForgetting(list: Virtualizer<HTMLDivElement, Element>, first: number | undefined): void {
  useEffect(() => {
    const { itemSizeCache } = list;
    if (first === undefined || itemSizeCache.size <= MAX_LINES) return;
    for (const key of itemSizeCache.keys()) if (Number(key) < first) itemSizeCache.delete(key);
  }, [list, first]);
}
