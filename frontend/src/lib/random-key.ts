/** A value nobody else makes, also where `crypto.randomUUID` is missing: browsers give it to safe origins only. */

export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
