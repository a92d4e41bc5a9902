/** Where to go after login: only ever a path of this site, whatever the address bar says. */

/** `/jobs?x=1` stays; `//evil`, `https://evil`, `/\evil`, `javascript:` become `/`. */
export function safePath(wanted: string | null): string {
  if (!wanted?.startsWith("/")) return "/";
  const here = "http://here.invalid";
  try {
    const url = new URL(wanted, here);
    return url.origin === here ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
