/** Keeps every page true: one stream of all that changes, and whether it stands. The features meet here. */
import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { openStream, PATIENCE_MS } from "@/api/stream";
import type { Job } from "@/api/types";
import { takeJob } from "@/features/jobs/live";
import { BASE } from "@/lib/base";
import { isDeleted } from "@/lib/deletion";
import { useLasting } from "@/lib/use-lasting";
import { refresher } from "./refresher";

export type Connection = "fine" | "lost" | "offline";

/** Never asked for anew by themselves: what an editor's draft began with, and what was deleted here. */
const wanted =
  (cache: QueryClient) =>
  ({ queryKey }: { queryKey: QueryKey }) =>
    queryKey[1] !== "files" && !isDeleted(cache, queryKey);

export function useLive(): Connection {
  const cache = useQueryClient();
  const [down, setDown] = useState(false);
  const lost = useLasting(down, PATIENCE_MS);
  const online = useSyncExternalStore(subscribeToLine, () => navigator.onLine);
  useEffect(() => {
    const refresh = refresher(cache, wanted(cache));
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
        setDown(state === "connecting");
        // What changed while the line was down is not told again to a new stream.
        if (state === "open" && opened) refresh.all();
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

function subscribeToLine(tell: () => void): () => void {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}
