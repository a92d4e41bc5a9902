/** Keeps a log window filled: the end of the file first, older and newer parts on demand, new lines as they come. */
import { useCallback, useEffect, useEffectEvent, useReducer, useRef } from "react";
import { openStream } from "@/api/stream";
import { logStreamUrl, logWindow, type LogOf } from "./api";
import { atEnd, EMPTY, logReducer, type LogWindow } from "./log-window";

const TAIL_LINES = 2_000;
const STEP_BYTES = 65_536;
/** New lines are shown ten times a second, however many there are. */
const BATCH_MS = 100;

export type Log = {
  view: LogWindow;
  loadEarlier: () => Promise<void>;
  loadLater: () => Promise<void>;
  jumpToEnd: () => Promise<void>;
  jumpToStart: () => Promise<void>;
};

export function useLog(of: LogOf, following: boolean, onEnd?: () => void): Log {
  const { kind, id } = of;
  const [view, dispatch] = useReducer(logReducer, EMPTY);
  const busy = useRef(false);

  const load = useCallback(
    async (type: "reset" | "earlier" | "later", place: Parameters<typeof logWindow>[1]) => {
      if (busy.current) return;
      busy.current = true;
      try {
        dispatch({ type, chunk: await logWindow({ kind, id }, place) });
      } catch (problem) {
        dispatch({ type: "refused", error: problem as Error });
      } finally {
        busy.current = false;
      }
    },
    [kind, id],
  );
  const jumpToEnd = useCallback(() => load("reset", { tail: TAIL_LINES }), [load]);

  useEffect(() => {
    void jumpToEnd();
  }, [jumpToEnd]);
  useLive(of, view, following, dispatch, onEnd);

  const loadLater = useCallback(() => load("later", { offset: view.end, limit: STEP_BYTES }), [load, view.end]);
  const behind = following && view.loaded && !atEnd(view);
  useEffect(() => {
    // A live piece that did not join on seamlessly was left out: fetch what is missing.
    if (behind) void loadLater();
  }, [behind, loadLater, view.size]);

  return {
    view,
    jumpToEnd,
    jumpToStart: () => load("reset", { offset: 0, limit: STEP_BYTES }),
    loadEarlier: async () => {
      const offset = Math.max(0, view.start - STEP_BYTES);
      if (view.start > 0) await load("earlier", { offset, limit: view.start - offset });
    },
    loadLater,
  };
}

/** The stream runs from the end of the first window until the job or build is over. */
function useLive(
  { kind, id }: LogOf,
  view: LogWindow,
  following: boolean,
  dispatch: (action: Parameters<typeof logReducer>[1]) => void,
  onEnd?: () => void,
): void {
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
  const begin = useEffectEvent(() => (next.current = view.end));
  const open = view.loaded && !view.finished;

  useEffect(() => {
    if (!open) return;
    begin();
    const timer = setInterval(flush, BATCH_MS);
    const close = openStream({
      url: () => logStreamUrl({ kind, id }, next.current),
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
  }, [kind, id, open]);
}
