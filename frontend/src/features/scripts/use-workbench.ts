/** What the editor page of a script does: keep a draft, save it as a version, run it. No markup here. */
import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "@/api/client";
import type { Job, NewFile, Script } from "@/api/types";
import { isPython } from "@/blocks/code-editor/languages";
import type { DraftFile } from "@/blocks/files/draft";
import { useDraft } from "@/blocks/files/use-draft";
import { splitArguments } from "@/lib/arguments";
import { toast, toastError } from "@/ui/toast";
import { isTooMany } from "@/ui/too-many";
import { scriptFilesQuery, useRunScript, useSaveDraft, useSaveVersion, versionQuery } from "./api";
import { useAssistant } from "./assistant";
import { placeOf } from "./frames";
import { bodyOf, isOfOptions, isRestricted, NO_WISHES } from "./run-options";
import { useRecovery, type LostWork } from "./use-recovery";

export type Workbench = ReturnType<typeof useWorkbench>;

type Prefs = { formatOnSave: boolean };
const PREFS: Prefs = { formatOnSave: false };

export function useWorkbench(script: Script, onStarted: (job: Job) => void) {
  const cache = useQueryClient();
  const { data, refetch } = useSuspenseQuery(scriptFilesQuery(script.id));
  const handle = useDraft(data.items, data.entry);
  const [base, setBase] = useState(data.version);
  const [message, setMessage] = useState("");
  const [line, setLine] = useState("");
  const [wishes, setWishes] = useState(NO_WISHES);
  const [warnings, setWarnings] = useState<string[]>([]);
  const [prefs, setPrefs] = useLocalStorage<Prefs>({ key: "scripter-editor", defaultValue: PREFS, getInitialValueInEffect: false });
  const saving = useSaveVersion(script.id);
  const drafting = useSaveDraft(script.id);
  const running = useRunScript(script.id);
  const assistant = useAssistant(script.id, base, handle.draft);
  const recovery = useRecovery(script.id, base, handle);
  const conflict = saving.error instanceof ApiError && saving.error.status === 409;
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
  /** The number of the version that now holds the files, or null when the save was refused. */
  const keepAs = async (files: NewFile[], from: number): Promise<number | null> => {
    try {
      const version = await saving.mutateAsync({ files, message, base: from });
      setBase(version.number);
      setWarnings(version.warnings);
      setMessage("");
      toast(`Saved as version ${version.number}.`);
      return version.number;
    } catch {
      return null; // shown on the page, from `saving.error`
    }
  };
  const save = async (): Promise<number | null> => {
    if (!handle.dirty) return base;
    if (saving.isPending) return null;
    const sent = handle.draft.files;
    const files = await formatted(sent);
    const number = await keepAs(files, base);
    if (number !== null) handle.dispatch({ type: "saved", files, sent });
    return number;
  };
  /** What two people have changed, brought together; it follows the version that came in between. */
  const saveMerged = async (files: DraftFile[], theirs: number): Promise<void> => {
    if ((await keepAs(files, theirs)) !== null) handle.dispatch({ type: "loaded", files });
  };
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
  const load = async () => {
    const { data: fresh } = await refetch();
    if (!fresh) return;
    handle.dispatch({ type: "loaded", files: fresh.items });
    setBase(fresh.version);
    saving.reset();
  };
  const recover = async (lost: LostWork) => {
    // On top of what it began with: then a merge knows what was changed.
    if (lost.base !== base) {
      const began = await cache.fetchQuery(versionQuery(script.id, lost.base));
      handle.dispatch({ type: "loaded", files: began.files });
      setBase(lost.base);
    }
    handle.dispatch({ type: "recovered", files: lost.files });
    recovery.taken();
  };
  const showFrame = (path: string, at: number) => {
    const place = placeOf(handle.draft.files, path, at);
    if (place) handle.goTo(place);
    else toast(`${path} is not one of this script's files.`);
  };
  return {
    handle, base, message, setMessage, line, setLine, lineError: split.error, wishes, setWishes, warnings, conflict, prefs,
    setPrefs, save, saveMerged, run, load, recover, showFrame, saving, drafting, running, assistant, recovery, entry: data.entry,
  };
}

/** What the page shows in a place of its own needs no notice in the corner. */
function tellOnce(error: Error): void {
  if (!isTooMany(error) && !isRestricted(error) && !isOfOptions(error)) toastError(error);
}
