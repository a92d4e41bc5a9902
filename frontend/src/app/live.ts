/** Keeps every page true: one stream of all that changes, and whether it stands. The features meet here. */
import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { openStream, type StreamState } from "@/api/stream";
import type { Job } from "@/api/types";
import { takeJob } from "@/features/jobs/live";
import { BASE } from "@/lib/base";
import { isDeleted } from "@/lib/deletion";
import { refresher } from "./refresher";

/** A line that comes back sooner is not worth a word. */
const PATIENCE_MS = 2_500;

export type Connection = "fine" | "lost" | "offline";

/** Never asked for anew by themselves: what an editor's draft began with, and what was deleted here. */
const wanted =
  (cache: QueryClient) =>
  ({ queryKey }: { queryKey: QueryKey }) =>
    queryKey[1] !== "files" && !isDeleted(cache, queryKey);

export function useLive(): Connection {
  const cache = useQueryClient();
  const [lost, setLost] = useState(false);
  const online = useSyncExternalStore(subscribeToLine, () => navigator.onLine);
  useEffect(() => {
    const refresh = refresher(cache, wanted(cache));
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
        if (state === "open" && opened) void cache.invalidateQueries({ predicate: wanted(cache) });
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

function subscribeToLine(tell: () => void): () => void {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}
