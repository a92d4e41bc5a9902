/** Keeps every page true: one stream of all that changes, and whether it stands. The features meet here. */
import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { openStream, type StreamState } from "@/api/stream";
import type { Job } from "@/api/types";
import { jobKeys } from "@/features/jobs/api";
import { takeJob } from "@/features/jobs/live";
import { scheduleKeys } from "@/features/schedules/api";
import { BASE } from "@/lib/base";
import { paced } from "@/lib/paced";

/** Lists are asked for anew so often at most, however much happens. */
const PAUSE_MS = 700;
/** And what is counted over weeks so often: the first change shows as soon, those right after it a little later. */
const COUNT_PACE = { delayMs: PAUSE_MS, leastMs: 2_000 };
/** A line that comes back sooner is not worth a word. */
const PATIENCE_MS = 2_500;

export type Connection = "fine" | "lost" | "offline";

/** What is asked for anew when something of a kind has changed. A job shows in scripts and schedules, too. */
const KEYS: Record<string, QueryKey[]> = {
  jobs: [jobKeys.lists, ["scripts"], ["schedules"]],
  images: [["images"], ["scripts"]],
  scripts: [["scripts"], ["images"], ["schedules"]],
  schedules: [["schedules"], ["scripts"]],
};

/** After a change of these the calendars of schedules count anew. */
const COUNTED = ["jobs", "schedules"];

/** Never asked for anew by itself: an editor's draft begins with the files as they were. */
const isNoDraft = ({ queryKey }: { queryKey: QueryKey }) => queryKey[1] !== "files";

export function useLive(): Connection {
  const cache = useQueryClient();
  const [lost, setLost] = useState(false);
  const online = useSyncExternalStore(subscribeToLine, () => navigator.onLine);
  useEffect(() => {
    const refresh = refresher(cache);
    const tell = patient(setLost);
    let opened = false;
    const close = openStream({
      url: () => `${BASE}/api/changes/stream`,
      on: {
        job: (data) => {
          takeJob(cache, JSON.parse(data) as Job);
          refresh.soon(["jobs"]);
        },
        changed: (data) => refresh.soon((JSON.parse(data) as { what: string[] }).what),
      },
      onState: (state) => {
        tell(state);
        // What changed while the line was down is not told again to a new stream.
        if (state === "open" && opened) void cache.invalidateQueries({ predicate: isNoDraft });
        if (state === "open") opened = true;
      },
    });
    return () => {
      close();
      refresh.stop();
    };
  }, [cache]);
  return online ? (lost ? "lost" : "fine") : "offline";
}

/** True is said only when the line has been down for a while. */
function patient(say: (lost: boolean) => void): (state: StreamState) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (state) => {
    if (state !== "connecting") {
      clearTimeout(timer);
      timer = undefined;
      say(false);
    } else if (timer === undefined) {
      timer = setTimeout(() => say(true), PATIENCE_MS);
    }
  };
}

function refresher(cache: QueryClient): { soon: (kinds: string[]) => void; stop: () => void } {
  const waiting = new Set<string>();
  const counts = paced(() => cache.invalidateQueries({ queryKey: scheduleKeys.counted }), COUNT_PACE);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    timer = undefined;
    const keys = new Set([...waiting].flatMap((kind) => KEYS[kind] ?? []).map((key) => key.join()));
    waiting.clear();
    for (const key of keys) void cache.invalidateQueries({ queryKey: key.split(","), predicate: isNoDraft });
  };
  return {
    soon: (kinds) => {
      kinds.forEach((kind) => waiting.add(kind));
      timer ??= setTimeout(now, PAUSE_MS);
      if (kinds.some((kind) => COUNTED.includes(kind))) counts.soon();
    },
    stop: () => {
      clearTimeout(timer);
      counts.stop();
    },
  };
}

function subscribeToLine(tell: () => void): () => void {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}
