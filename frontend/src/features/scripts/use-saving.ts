/** How the editor's draft becomes a version: saved, brought together with what somebody else has saved, or given up for it. */
import { useState } from "react";
import { ApiError } from "@/api/client";
import type { components } from "@/api/schema";
import type { NewFile } from "@/api/types";
import type { DraftFile } from "@/blocks/files/draft";
import type { DraftHandle } from "@/blocks/files/use-draft";
import { useAlone } from "@/lib/use-alone";
import { toast, toastError, toastUndo } from "@/ui/toast";
import { useSaveVersion } from "./api";

export type WholeVersion = components["schemas"]["WholeVersionView"];

type Fresh = { isSuccess: boolean; error: Error | null; data?: { files: readonly DraftFile[]; number: number } };
type Desk = {
  handle: DraftHandle;
  /** The version that the draft began with. */
  base: number;
  setBase: (number: number) => void;
  /** The files as they are to be saved. */
  formatted: (files: DraftFile[]) => Promise<DraftFile[]>;
  /** Asks the server for the newest version. */
  newest: () => Promise<Fresh>;
};

export function useSaving(scriptId: number, { handle, base, setBase, formatted, newest }: Desk) {
  const [message, setMessage] = useState("");
  const [warnings, setWarnings] = useState<string[]>([]);
  /** How many times somebody else has come in between since the dialog opened; 0: it is closed. */
  const [merging, setMerging] = useState(0);
  const saving = useSaveVersion(scriptId);
  const alone = useAlone();

  const keepAs = async (files: NewFile[], from: number): Promise<void> => {
    const version = await saving.mutateAsync({ files, message, base: from });
    setBase(version.number);
    setWarnings(version.warnings);
    setMessage("");
    toast(`Saved as version ${version.number}.`);
  };
  const closeMerge = () => {
    setMerging(0);
    saving.reset();
  };
  const save = () =>
    alone(async () => {
      if (!handle.dirty || merging > 0) return;
      const sent = handle.draft.files;
      const files = await formatted(sent);
      try {
        await keepAs(files, base);
        handle.dispatch({ type: "saved", files, sent });
      } catch (error) {
        if (isConflict(error)) setMerging(1); // another error is shown on the page, from `saving.error`
      }
    });
  /** What two people have changed, brought together; it follows the version that came in between. */
  const saveMerged = (files: DraftFile[], theirs: WholeVersion) =>
    alone(async () => {
      try {
        await keepAs(files, theirs.number);
        handle.dispatch({ type: "loaded", files });
        closeMerge();
      } catch (error) {
        if (!isConflict(error)) return; // shown in the dialog, which keeps what was decided
        // One more has saved: what was brought together is what I have changed now, on top of the version before.
        handle.dispatch({ type: "recovered", files, saved: theirs.files });
        setBase(theirs.number);
        setMerging((times) => times + 1);
      }
    });
  const load = async () => {
    const { isSuccess, data: fresh, error } = await newest();
    // The page still has the old files then: they are not what was asked for.
    if (!isSuccess || !fresh) return error && toastError(error);
    handle.dispatch({ type: "loaded", files: fresh.files });
    setBase(fresh.number);
    closeMerge();
    toastUndo(`Version ${fresh.number} is loaded.`, () => {
      handle.dispatch({ type: "putBack" });
      setBase(base);
    });
  };
  const error = isConflict(saving.error) ? null : saving.error;
  return { message, setMessage, warnings, saving, savingError: error, merging, closeMerge, save, saveMerged, load };
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}
