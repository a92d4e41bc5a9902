/** What the editor page of a script does: keep a draft, save it as a version, run it. No markup here. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "@/api/client";
import type { Job, Script } from "@/api/types";
import { useDraft } from "@/blocks/files/use-draft";
import { splitArguments } from "@/lib/arguments";
import { fieldError } from "@/ui/field-errors";
import { toast, toastError } from "@/ui/toast";
import { isTooMany } from "@/ui/too-many";
import { scriptFilesQuery, useRunScript, useSaveVersion } from "./api";

export type Workbench = ReturnType<typeof useWorkbench>;

export function useWorkbench(script: Script, onStarted: (job: Job) => void) {
  const { data, refetch } = useSuspenseQuery(scriptFilesQuery(script.id));
  const handle = useDraft(data.items, data.entry);
  const [base, setBase] = useState(data.version);
  const [message, setMessage] = useState("");
  const [line, setLine] = useState("");
  // Null: what the script's settings say.
  const [priority, setPriority] = useState<number | null>(null);
  const [warnings, setWarnings] = useState<string[]>([]);
  const saving = useSaveVersion(script.id);
  const running = useRunScript(script.id);
  const conflict = saving.error instanceof ApiError && saving.error.status === 409;
  const split = splitArguments(line);

  /** The number of the version that now holds the draft, or null when the save was refused. */
  const save = async (from = base): Promise<number | null> => {
    if (!handle.dirty) return base;
    try {
      const version = await saving.mutateAsync({ files: handle.draft.files, message, base: from });
      handle.dispatch({ type: "saved" });
      setBase(version.number);
      setWarnings(version.warnings);
      setMessage("");
      toast(`Saved as version ${version.number}.`);
      return version.number;
    } catch {
      return null; // shown on the page, from `saving.error`
    }
  };
  const run = async () => {
    if (split.error || running.isPending || saving.isPending) return;
    const version = await save();
    if (version === null) return;
    const body = { version, arguments: split.words, ...(priority !== null && { priority }) };
    running.mutate(body, { onSuccess: onStarted, onError: tellOnce });
  };
  const takeTheirs = async () => {
    const { data: fresh } = await refetch();
    if (!fresh) return;
    handle.dispatch({ type: "loaded", files: fresh.items });
    setBase(fresh.version);
    saving.reset();
  };
  return {
    handle, base, message, setMessage, line, setLine, lineError: split.error, priority, setPriority, warnings, conflict,
    save, run, takeTheirs, saving, running, entry: data.entry,
  };
}

/** What the page shows in a place of its own needs no notice in the corner. */
function tellOnce(error: Error): void {
  if (!isTooMany(error) && fieldError(error, "priority") === null) toastError(error);
}
