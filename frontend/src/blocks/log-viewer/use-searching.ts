/** The state of a search in a log and what leads through its hits: by field, list, button or key. Used by the viewer. */
import { useState } from "react";
import type { LogOf, Wish } from "./api";
import { useLogSearch, type Found } from "./use-log-search";

export type Searching = {
  text: string;
  exact: boolean;
  found: Found;
  /** The hit that one stands at; -1 before the first. */
  current: number;
  /** It was looked for and there is none. */
  noError: boolean;
  setText: (text: string) => void;
  setExact: (exact: boolean) => void;
  /** To the next hit or the one before; begins the search where what stands in the field was not looked for yet. */
  step: (by: 1 | -1) => Promise<void>;
  pick: (index: number) => void;
  toFirstError: () => Promise<void>;
  clear: () => void;
};

export function useSearching(of: LogOf, onJump: (offset: number) => void): Searching {
  const [text, setText] = useState("");
  const [exact, setExact] = useState(false);
  const [current, setCurrent] = useState(-1);
  const [noError, setNoError] = useState(false);
  const { found, search, more, firstError, clear } = useLogSearch(of);
  const { hits, wish } = found;

  const go = (list: typeof hits, to: number) => {
    const hit = list[to];
    if (!hit) return;
    setCurrent(to);
    onJump(hit.offset);
  };
  const step = async (by: 1 | -1) => {
    if (!text) return;
    setNoError(false);
    if (!isOf({ q: text, case: exact }, wish)) return go(await search({ q: text, case: exact }), 0);
    if (found.busy) return;
    const last = current === hits.length - 1;
    if (by === 1 && last && found.end < found.size) return go(await more(), current + 1);
    go(hits, (current + by + hits.length) % hits.length);
  };
  const toFirstError = async () => {
    setNoError(false);
    const offset = await firstError();
    if (offset === null) setNoError(true);
    else onJump(offset);
  };
  return {
    text,
    exact,
    found,
    current,
    noError,
    setText,
    setExact,
    step,
    pick: (index) => go(hits, index),
    toFirstError,
    clear: () => {
      setText("");
      setNoError(false);
      clear();
    },
  };
}

function isOf(asked: Wish, wish: Wish | null): boolean {
  return wish !== null && wish.q === asked.q && wish.case === asked.case;
}
