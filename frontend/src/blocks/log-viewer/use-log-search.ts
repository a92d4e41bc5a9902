/** Searches a log on the server: page by page, going on by itself where one answer covers only part of a large log. */
import { useRef, useState } from "react";
import type { LogHit } from "@/api/types";
import { logFirstError, logSearch, type LogOf, type Wish } from "./api";

const PAGE = 50;

export type Found = {
  /** What was looked for; null before the first search and after `clear`. */
  wish: Wish | null;
  hits: LogHit[];
  /** The bytes before `end` are searched, of `size`. */
  end: number;
  size: number;
  busy: boolean;
  error: Error | null;
};

export type LogSearching = {
  found: Found;
  search: (wish: Wish) => Promise<LogHit[]>;
  more: () => Promise<LogHit[]>;
  /** Where the first line stands that tells of an error; null if none does, or the search was given up. */
  firstError: () => Promise<number | null>;
  clear: () => void;
};

const NOTHING: Found = { wish: null, hits: [], end: 0, size: 0, busy: false, error: null };

export function useLogSearch(of: LogOf): LogSearching {
  const [found, setFound] = useState(NOTHING);
  // What was asked for last; answers to anything before come too late.
  const turn = useRef(0);

  const goOn = async (begin: Found & { wish: Wish }): Promise<LogHit[]> => {
    const mine = ++turn.current;
    let now = { ...begin, busy: true, error: null };
    setFound(now);
    try {
      const wanted = begin.hits.length + PAGE;
      for (let moved = true; moved && now.hits.length < wanted; moved = moved && now.end < now.size) {
        const part = await logSearch(of, begin.wish, now.end, wanted - now.hits.length);
        if (mine !== turn.current) return [];
        moved = part.end > now.end;
        now = { ...now, hits: [...now.hits, ...part.hits], end: part.end, size: part.size };
        setFound(now);
      }
      setFound({ ...now, busy: false });
      return now.hits;
    } catch (problem) {
      if (mine === turn.current) setFound({ ...now, busy: false, error: problem as Error });
      return [];
    }
  };

  const firstError = async (): Promise<number | null> => {
    const mine = ++turn.current;
    setFound({ ...NOTHING, busy: true });
    try {
      for (let at = 0; ; ) {
        const part = await logFirstError(of, at);
        if (mine !== turn.current) return null;
        if (part.offset !== null || part.end >= part.size || part.end <= at) {
          setFound(NOTHING);
          return part.offset;
        }
        at = part.end;
      }
    } catch (problem) {
      if (mine === turn.current) setFound({ ...NOTHING, error: problem as Error });
      return null;
    }
  };

  return {
    found,
    search: (wish) => goOn({ ...NOTHING, wish }),
    more: async () => (found.wish ? goOn({ ...found, wish: found.wish }) : []),
    firstError,
    clear: () => {
      turn.current += 1;
      setFound(NOTHING);
    },
  };
}
