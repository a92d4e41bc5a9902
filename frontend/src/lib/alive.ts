/** Which pages of this browser are still open: each holds a lock of its own name, which ends with the page however it ends.
 *
 * Browsers have locks on https and on their own machine only. Elsewhere every other page passes for gone. */

/** Until what is given back is called. */
export function stayAlive(name: string): () => void {
  let leave = () => undefined as void;
  const left = new Promise<void>((resolve) => (leave = resolve));
  void locks()
    ?.request(name, () => left)
    .catch(() => undefined);
  return leave;
}

/** True once nobody of this name is open any more; false where `signal` ended the waiting. */
export async function gone(name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await locks()?.request(name, { signal }, () => undefined);
  } catch {
    // Ended, or a browser that refuses: who cannot know asks rather than loses something.
  }
  return !signal.aborted;
}

function locks(): LockManager | undefined {
  // The types know no browser without it.
  return (navigator as { locks?: LockManager }).locks;
}
