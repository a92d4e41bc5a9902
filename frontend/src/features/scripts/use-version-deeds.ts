/** What can be done with an old version: run it, or make its files the newest ones. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Job, Script } from "@/api/types";
import { toastError, toastUndo } from "@/ui/toast";
import { useRunScript, useSaveVersion, versionQuery } from "./api";

export function useVersionDeeds(script: Script, onStarted: (job: Job) => void) {
  const cache = useQueryClient();
  const saving = useSaveVersion(script.id);
  const running = useRunScript(script.id);
  /** On top of `live`: if somebody has saved since, the server refuses, and says so. */
  const bringBack = async (number: number, live: number) => {
    const { files, entry } = await cache.fetchQuery(versionQuery(script.id, number));
    return saving.mutateAsync({ files: files.map(bodyOf), entry, message: `Version ${number} again`, base: live });
  };
  const restoring = useMutation({ mutationFn: ({ number, live }: { number: number; live: number }) => bringBack(number, live) });
  const restore = (number: number, done: () => void) => {
    const live = script.version.number;
    const told = (made: { number: number }) => {
      toastUndo(`Version ${number} is live again, as version ${made.number}.`, () => bringBack(live, made.number));
      done();
    };
    restoring.mutate({ number, live }, { onSuccess: told });
  };
  const run = (number: number) => running.mutate({ version: number, arguments: [] }, { onSuccess: onStarted, onError: toastError });
  return { restore, restoring: restoring.isPending, error: restoring.error, forget: restoring.reset, run };
}

function bodyOf({ path, content, encoding }: { path: string; content: string; encoding: "utf-8" | "base64" }) {
  return { path, content, encoding };
}
