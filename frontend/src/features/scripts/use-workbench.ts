/** What the editor page of a script does: keep a draft, save it as a version, run it. No markup here. */
import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Job, Script } from "@/api/types";
import { isPython } from "@/blocks/code-editor/languages";
import type { DraftFile } from "@/blocks/files/draft";
import { useDraft } from "@/blocks/files/use-draft";
import { splitArguments } from "@/lib/arguments";
import { toast, toastError } from "@/ui/toast";
import { isTooMany } from "@/ui/too-many";
import { scriptFilesQuery, useRunScript, useSaveDraft, versionQuery } from "./api";
import { useAssistant } from "./assistant";
import { placeOf } from "./frames";
import { bodyOf, isOfOptions, isRestricted, NO_WISHES } from "./run-options";
import { useRecovery, type LostWork } from "./use-recovery";
import { useSaving } from "./use-saving";

export type Workbench = ReturnType<typeof useWorkbench>;

type Prefs = { formatOnSave: boolean };
const PREFS: Prefs = { formatOnSave: false };

export function useWorkbench(script: Script, onStarted: (job: Job) => void) {
  const cache = useQueryClient();
  const { data, refetch } = useSuspenseQuery(scriptFilesQuery(script.id));
  const handle = useDraft(data.items, data.entry);
  const [base, setBase] = useState(data.version);
  const [line, setLine] = useState("");
  const [wishes, setWishes] = useState(NO_WISHES);
  const [prefs, setPrefs] = useLocalStorage<Prefs>({ key: "scripter-editor", defaultValue: PREFS, getInitialValueInEffect: false });
  const drafting = useSaveDraft(script.id);
  const running = useRunScript(script.id);
  const assistant = useAssistant(script.id, base, handle.draft);
  const recovery = useRecovery(script.id, base, handle);
  const split = splitArguments(line);

  const formatted = async (files: DraftFile[]): Promise<DraftFile[]> => {
    if (!prefs.formatOnSave) return files;
    const one = async (file: DraftFile) => {
      if (!isPython(file.path) || !handle.changed.has(file.path)) return file;
      const found = await assistant.format?.(file.path, file.content).catch(() => null);
      return { ...file, content: found?.content ?? file.content };
    };
    return Promise.all(files.map(one));
  };
  const newest = async () => {
    const { isSuccess, error, data: fresh } = await refetch();
    return { isSuccess, error, data: fresh && { files: fresh.items, number: fresh.version } };
  };
  const saving = useSaving(script.id, { handle, base, setBase, formatted, newest });
  const started = (job: Job) => {
    // A reason is good for one run: the next one keeps to the restriction again.
    setWishes((now) => ({ ...now, reason: "" }));
    onStarted(job);
  };
  const run = async () => {
    if (split.error || running.isPending || drafting.isPending) return;
    try {
      const version = handle.dirty ? (await drafting.mutateAsync({ files: handle.draft.files, base })).number : base;
      const body = { version, arguments: split.words, ...bodyOf(wishes, script) };
      running.mutate(body, { onSuccess: started, onError: tellOnce });
    } catch {
      return; // shown on the page, from `drafting.error`
    }
  };
  const recover = async (lost: LostWork) => {
    try {
      // On top of what it began with: then a merge knows what was changed.
      const began = lost.base === base ? null : await cache.fetchQuery(versionQuery(script.id, lost.base));
      handle.dispatch({ type: "recovered", files: lost.files, saved: began?.files });
      setBase(lost.base);
      await recovery.taken(lost);
    } catch (error) {
      toastError(error as Error);
    }
  };
  const showFrame = (path: string, at: number) => {
    const place = placeOf(handle.draft.files, path, at);
    if (place) handle.goTo(place);
    else toast(`${path} is not one of this script's files.`);
  };
  return {
    ...saving, handle, base, line, setLine, lineError: split.error, wishes, setWishes, prefs, setPrefs, run, recover, showFrame,
    drafting, running, assistant, recovery, entry: data.entry,
  };
}

/** What the page shows in a place of its own needs no notice in the corner. */
function tellOnce(error: Error): void {
  if (!isTooMany(error) && !isRestricted(error) && !isOfOptions(error)) toastError(error);
}
