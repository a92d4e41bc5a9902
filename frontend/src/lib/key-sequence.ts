/** Keys that are pressed one after the other, such as `g` and then `s`. Pure; the listener is in the frame. */

/** A second key that comes later than this begins anew. */
export const PATIENCE_MS = 1_200;

export type Pressed = { keys: string; at: number };

export const NOTHING_PRESSED: Pressed = { keys: "", at: 0 };

/** What one key does after those before it: the keys it completes, if any of `known` is that, and what is pressed now.
 * A key that means something by itself may begin something longer as well. */
export function press(before: Pressed, key: string, at: number, known: string[]): { done: string | null; after: Pressed } {
  const fresh = at - before.at > PATIENCE_MS || before.keys === "" ? key : `${before.keys} ${key}`;
  for (const keys of fresh === key ? [key] : [fresh, key]) {
    const done = known.includes(keys) ? keys : null;
    const begins = known.some((one) => one.startsWith(`${keys} `));
    if (done !== null || begins) return { done, after: begins ? { keys, at } : NOTHING_PRESSED };
  }
  return { done: null, after: NOTHING_PRESSED };
}
