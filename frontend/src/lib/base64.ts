/** Bytes as text for JSON, and back. */

export function toBase64(data: Uint8Array): string {
  const STEP = 0x8000; // more arguments than this can overflow the stack
  let binary = "";
  for (let at = 0; at < data.length; at += STEP) binary += String.fromCharCode(...data.subarray(at, at + STEP));
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** The text if these bytes are text (UTF-8 without NUL), else null. */
export function asText(data: Uint8Array): string | null {
  if (data.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return null;
  }
}

/** Length in bytes once written as UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
