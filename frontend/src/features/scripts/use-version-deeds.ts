/** What can be done with an old version: run it, or make its files the newest ones. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Job, Script } from "@/api/types";
import { toastError, toastUndo } from "@/ui/toast";
import { useRunScript, useSaveVersion, versionQuery } from "./api";

export function useVersionDeeds(script: Script, onStarted: (job: Job) => void) {
  const cache = useQueryClient();
  const saving = useSaveVersion(script.id);
  const running = useRunScript(script.id);
  const [restoring, setRestoring] = useState<number | null>(null);

  /** On top of `live`: if somebody has saved since, the server refuses, and says so. */
  const bringBack = async (number: number, live: number) => {
    const { files, entry } = await cache.fetchQuery(versionQuery(script.id, number));
    return saving.mutateAsync({ files: files.map(bodyOf), entry, message: `Version ${number} again`, base: live });
  };
  const restore = async (number: number) => {
    const live = script.version.number;
    setRestoring(number);
    try {
      const made = await bringBack(number, live);
      toastUndo(`Version ${number} is live again, as version ${made.number}.`, () => bringBack(live, made.number));
    } catch (error) {
      toastError(error as Error);
    } finally {
      setRestoring(null);
    }
  };
  const run = (number: number) => running.mutate({ version: number, arguments: [] }, { onSuccess: onStarted, onError: toastError });
  return { restore: (number: number) => void restore(number), run, restoring };
}

function bodyOf({ path, content, encoding }: { path: string; content: string; encoding: "utf-8" | "base64" }) {
  return { path, content, encoding };
}
