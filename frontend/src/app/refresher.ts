/** What is asked for anew when something has changed, and how often at most. `live` hears of the changes. */
import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import { jobKeys } from "@/features/jobs/api";
import { scheduleKeys } from "@/features/schedules/api";
import { scriptKeys } from "@/features/scripts/api";
import { paced, type Paced } from "@/lib/paced";

/** Lists are asked for anew so often at most, however much happens. */
const PAUSE_MS = 700;
/** And what is long or counted over weeks so often: the first change shows as soon, those right after it a little later. */
const PACE = { delayMs: PAUSE_MS, leastMs: 2_000 };
/** While jobs run they change all the time, and each of these tells of all scripts or schedules. */
const COSTLY: QueryKey[] = [scriptKeys.all, scheduleKeys.all, scheduleKeys.counted];

/** By the kind of thing that has changed. A job shows in scripts and schedules, too. */
const KEYS: Record<string, QueryKey[]> = {
  jobs: [jobKeys.lists, ...COSTLY],
  images: [["images"], scriptKeys.all],
  scripts: [["images"], scriptKeys.all, scheduleKeys.all],
  schedules: COSTLY,
};

type Asked = Pick<Query, "queryKey">;
export type Refresher = { soon: (kinds: string[]) => void; all: () => void; stop: () => void };

/** Every query there is: what all their keys begin with. */
const EVERYTHING: QueryKey = [];

/** Whether the last that a list was asked for is its next page. */
const wasTurned = ({ state }: Query) => state.fetchMeta?.fetchMore !== undefined;
/** Whether somebody waits for that page: asking for all of the list anew would drop it. */
const isTurning = (query: Query) => query.state.fetchStatus === "fetching" && wasTurned(query);

/** `predicate`: which queries may be asked for anew by themselves. */
export function refresher(cache: Pick<QueryClient, "invalidateQueries">, predicate: (query: Asked) => boolean): Refresher {
  const refreshers = new Map<string, Paced>();
  const refresherOf = (key: QueryKey) => {
    const pace = COSTLY.includes(key) ? PACE : { delayMs: PAUSE_MS, leastMs: 0 };
    const made = refreshers.get(key.join()) ?? paced(() => ask(key), pace);
    refreshers.set(key.join(), made);
    return made;
  };
  const ask = async (queryKey: QueryKey) => {
    const seen = new Set<Query>();
    let again = false;
    const free = (query: Query) => {
      if (!predicate(query)) return false;
      again ||= isTurning(query);
      if (query.isActive()) seen.add(query);
      return !isTurning(query);
    };
    await cache.invalidateQueries({ queryKey, predicate: free });
    // Whoever turned the page meanwhile has ended what was being asked.
    if (again || [...seen].some(wasTurned)) refresherOf(queryKey).soon();
  };
  return {
    soon: (kinds) => kinds.flatMap((kind) => KEYS[kind] ?? []).forEach((key) => refresherOf(key).soon()),
    all: () => void ask(EVERYTHING),
    stop: () => refreshers.forEach((one) => one.stop()),
  };
}
