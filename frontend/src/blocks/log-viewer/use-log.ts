/** Keeps a log window filled: the end of the file first, older and newer parts on demand, new lines as they come. */
import { useCallback, useEffect, useEffectEvent, useReducer, useRef, useState } from "react";
import { ApiError } from "@/api/client";
import { openStream, PATIENCE_MS, type StreamState } from "@/api/stream";
import { useLasting } from "@/lib/use-lasting";
import { logStreamUrl, logWindow, type LogOf } from "./api";
import { atEnd, EMPTY, logReducer, type LogWindow } from "./log-window";
import { WHOLE, type Place } from "./section";

const TAIL_LINES = 1_000;
const STEP_BYTES = 131_072;
/** New lines are shown ten times a second, however many there are. */
const BATCH_MS = 100;
/** How soon the beginning is asked for again when nobody answered. */
const AGAIN_MS = 2_000;

export type Log = {
  view: LogWindow;
  /** The byte at which all that can be shown begins. */
  first: number;
  /** The server has been away for a while; it is tried again until it answers. */
  lost: boolean;
  /** Why something was not loaded, where that will not mend by itself. */
  error: Error | null;
  loadEarlier: () => Promise<void>;
  loadLater: () => Promise<void>;
  jumpToEnd: () => Promise<void>;
  jumpToStart: () => Promise<void>;
  /** Until this byte is in the window, with what stands before it. */
  jumpTo: (offset: number) => Promise<void>;
  /** What has come is seen. */
  seen: () => void;
};

/** Of the log and the place that are given first: another log needs another component. `from`: null begins at the end. */
export function useLog(given: LogOf, following: boolean, onEnd?: () => void, from: number | null = null): Log {
  const [of] = useState(given);
  const [begin] = useState(from);
  const { start: first } = of.section ?? WHOLE;
  const [view, dispatch] = useReducer(logReducer, EMPTY);
  const last = useRef(Promise.resolve());
  const waiting = useRef(0);

  /** One after the other: each part joins on to the window that the one before has left. */
  const load = useCallback(
    (type: "reset" | "earlier" | "later", place: Place) => {
      waiting.current += 1;
      last.current = last.current.then(async () => {
        try {
          dispatch({ type, chunk: await logWindow(of, place) });
        } catch (problem) {
          dispatch({ type: "refused", error: problem as Error });
        } finally {
          waiting.current -= 1;
        }
      });
      return last.current;
    },
    [of],
  );
  const jumpToEnd = useCallback(() => load("reset", { tail: TAIL_LINES }), [load]);
  const loadBefore = useCallback(
    async (end: number) => {
      const offset = Math.max(first, end - STEP_BYTES);
      if (end > first) await load("earlier", { offset, limit: end - offset });
    },
    [first, load],
  );
  const openAt = useCallback(
    async (offset: number) => {
      await load("reset", { offset, limit: STEP_BYTES });
      await loadBefore(offset);
    },
    [load, loadBefore],
  );

  const start = useCallback(() => (begin === null ? jumpToEnd() : openAt(begin)), [begin, jumpToEnd, openAt]);
  useEffect(() => void start(), [start]);
  const away = useTriedAgain(view, start);
  const broken = useLive(of, view, following, dispatch, onEnd);
  const lost = useLasting(away || broken, PATIENCE_MS);

  // Scrolling asks again and again for the same part; once is enough.
  const loadLater = useCallback(async () => {
    if (waiting.current === 0) await load("later", { offset: view.end, limit: STEP_BYTES });
  }, [load, view.end]);
  const behind = following && view.loaded && !atEnd(view);
  useEffect(() => {
    // A live piece that did not join on seamlessly was left out: fetch what is missing.
    if (behind) void loadLater();
  }, [behind, loadLater, view.size, broken]);

  return {
    view,
    first,
    lost,
    error: away ? null : view.error,
    seen: useCallback(() => dispatch({ type: "seen" }), []),
    jumpToEnd,
    jumpToStart: () => load("reset", { offset: first, limit: STEP_BYTES }),
    jumpTo: async (offset) => {
      const held = view.loaded && view.start <= offset && offset < view.end;
      if (!held) await openAt(offset);
    },
    loadEarlier: async () => {
      if (waiting.current === 0) await loadBefore(view.start);
    },
    loadLater,
  };
}

/** Until there is a window at all it is asked for again, unless the server has refused it. True while nobody answers. */
function useTriedAgain({ loaded, error }: LogWindow, start: () => Promise<void>): boolean {
  const away = !loaded && error !== null && isAway(error);
  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => void start(), AGAIN_MS);
    return () => clearTimeout(timer);
    // Each try that fails is another error.
  }, [away, error, start]);
  return away;
}

/** Nobody answered, or a proxy did in the server's place. */
function isAway(error: Error): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 502);
}

/** The stream runs from the end of the first window until the job or build is over. True while its line is broken. */
function useLive(
  of: LogOf,
  view: LogWindow,
  following: boolean,
  dispatch: (action: Parameters<typeof logReducer>[1]) => void,
  onEnd?: () => void,
): boolean {
  const [state, setState] = useState<StreamState>("closed");
  const waiting = useRef<{ text: string; start: number; end: number } | null>(null);
  const next = useRef(0);
  const flush = useEffectEvent(() => {
    if (waiting.current) dispatch({ type: "live", chunk: waiting.current, following });
    waiting.current = null;
  });
  const receive = useEffectEvent((data: string) => {
    const chunk = JSON.parse(data) as { text: string; start: number; end: number };
    next.current = chunk.end;
    const before = waiting.current;
    waiting.current = before?.end === chunk.start ? { ...before, text: before.text + chunk.text, end: chunk.end } : chunk;
  });
  const finish = useEffectEvent(() => {
    flush();
    dispatch({ type: "finished" });
    onEnd?.();
  });
  // Who looks at a place far up is not sent all that lies between it and the end: that is fetched when it is looked at.
  const begin = useEffectEvent(() => (next.current = view.size - view.end > STEP_BYTES ? view.size : view.end));
  const open = view.loaded && !view.finished;

  useEffect(() => {
    if (!open) return;
    begin();
    const timer = setInterval(flush, BATCH_MS);
    const close = openStream({
      url: () => logStreamUrl(of, next.current),
      onState: setState,
      on: {
        log: receive,
        end: () => {
          close();
          finish();
        },
      },
    });
    return () => {
      clearInterval(timer);
      close();
    };
  }, [of, open]);
  return open && state === "connecting";
}
