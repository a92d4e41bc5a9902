/** Work that was not saved survives its tab: it is kept in the browser while one types, and offered when one comes back.
 *
 * Every tab keeps its own under a name of its own, so that no tab writes over another's or forgets it. What an open tab
 * keeps is offered to others once that tab is gone. */
import { useEffect, useEffectEvent, useState } from "react";
import type { DraftFile } from "@/blocks/files/draft";
import type { DraftHandle } from "@/blocks/files/use-draft";
import { gone, stayAlive } from "@/lib/alive";
import { forget, keep, kept, keptUnder } from "@/lib/keep";
import { randomKey } from "@/lib/random-key";

/** `base`: the version that the work began with. `at`: milliseconds since 1970. */
type Work = { base: number; at: number; files: DraftFile[] };
/** `name`: what it is kept under. */
export type LostWork = Work & { name: string };

const PAUSE_MS = 300;

export function useRecovery(scriptId: number, base: number, handle: DraftHandle) {
  const shelf = `script:${scriptId}:`;
  const [slot] = useState(randomKey);
  const name = shelf + slot;
  const [offers, setOffers] = useState<LostWork[]>([]);
  const [safe, setSafe] = useState<readonly DraftFile[] | null>(null);
  const { draft, dirty } = handle;

  const offer = useEffectEvent((lost: LostWork) => {
    if (sameFiles(lost.files, draft.saved)) void forget(lost.name);
    else setOffers((before) => [...before, lost].sort((one, other) => other.at - one.at));
  });
  useEffect(() => {
    const leaving = new AbortController();
    const leave = stayAlive(name);
    void eachLost(shelf, name, leaving.signal, offer);
    return () => {
      leaving.abort();
      leave();
    };
  }, [shelf, name]);

  const write = useEffectEvent(() => {
    const { files } = draft;
    const work: Work = { base, at: Date.now(), files };
    if (dirty) void keep(name, work).then((done) => done && setSafe(files));
    else void forget(name);
  });
  useEffect(() => {
    const timer = setTimeout(write, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft.files, draft.saved, base]);
  useEffect(() => {
    // A tab that is put away may not come back; and one that does is kept again, whatever happened elsewhere meanwhile.
    document.addEventListener("visibilitychange", write);
    return () => document.removeEventListener("visibilitychange", write);
  }, []);

  const decided = (lost: LostWork) => setOffers((before) => before.filter((one) => one.name !== lost.name));
  const drop = (lost: LostWork) => {
    decided(lost);
    void forget(lost.name);
  };
  /** It is in the editor now: kept as this tab's own before the old place forgets it. */
  const taken = async (lost: LostWork) => {
    decided(lost);
    const { name: old, ...work } = lost;
    if (await keep(name, work)) await forget(old);
  };
  return { found: offers[0] ?? null, drop, taken, safe: safe === draft.files };
}

/** What other tabs leave behind, when they are gone. */
async function eachLost(shelf: string, own: string, signal: AbortSignal, offer: (lost: LostWork) => void): Promise<void> {
  const one = async (name: string) => {
    // Read only then: a tab may have saved its work before it went.
    const work = (await gone(name, signal)) && (await kept<Work>(name));
    if (work && !signal.aborted) offer({ ...work, name });
  };
  const names = await keptUnder(shelf);
  await Promise.all(names.filter((name) => name !== own).map(one));
}

function sameFiles(one: readonly DraftFile[], other: readonly DraftFile[]): boolean {
  const known = new Map(other.map((file) => [file.path, file.content]));
  return one.length === other.length && one.every((file) => known.get(file.path) === file.content);
}
