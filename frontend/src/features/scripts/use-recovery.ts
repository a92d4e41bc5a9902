/** Work that was not saved survives its tab: it is kept in the browser while one types, and offered when one comes back. */
import { useEffect, useEffectEvent, useState } from "react";
import type { DraftFile } from "@/blocks/files/draft";
import type { DraftHandle } from "@/blocks/files/use-draft";
import { forget, keep, kept } from "@/lib/keep";

/** `base`: the version that the work began with. `at`: milliseconds since 1970. */
export type LostWork = { base: number; at: number; files: DraftFile[] };

const PAUSE_MS = 300;

export function useRecovery(scriptId: number, base: number, handle: DraftHandle) {
  const name = `script:${scriptId}`;
  const [found, setFound] = useState<LostWork | null>(null);
  const [looked, setLooked] = useState(false);
  const [safe, setSafe] = useState<readonly DraftFile[] | null>(null);
  const { draft, dirty } = handle;

  const offer = useEffectEvent((lost: LostWork | null) => {
    if (lost && !sameFiles(lost.files, draft.saved)) setFound(lost);
    setLooked(true);
  });
  useEffect(() => {
    void kept<LostWork>(name).then(offer);
  }, [name]);

  const write = useEffectEvent(() => {
    const { files } = draft;
    const work: LostWork = { base, at: Date.now(), files };
    if (dirty) void keep(name, work).then((done) => done && setSafe(files));
    // What is still on offer stays until it is decided about.
    else if (!found) void forget(name);
  });
  useEffect(() => {
    if (!looked) return;
    const timer = setTimeout(write, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [looked, draft.files, draft.saved, base]);
  useEffect(() => {
    // A tab that is put away may not come back.
    const hidden = () => document.visibilityState === "hidden" && looked && write();
    document.addEventListener("visibilitychange", hidden);
    return () => document.removeEventListener("visibilitychange", hidden);
  }, [looked]);

  const drop = () => {
    setFound(null);
    void forget(name);
  };
  return { found, drop, taken: () => setFound(null), safe: safe === draft.files };
}

function sameFiles(one: readonly DraftFile[], other: readonly DraftFile[]): boolean {
  const known = new Map(other.map((file) => [file.path, file.content]));
  return one.length === other.length && one.every((file) => known.get(file.path) === file.content);
}
