/** Under which path of its host the site lives. The server writes it into the start page, where no script can stand. */

/** "" at the top of the host, otherwise like "/scripter": before every address that is not a route of the router. */
export const BASE = baseOf(document);

export function baseOf(page: Document): string {
  const given = page.querySelector<HTMLMetaElement>('meta[name="scripter-base"]')?.content ?? "/";
  return new URL(given, "http://here.invalid").pathname.replace(/\/+$/, "");
}

/** A path as the router's own links have it: what a loader is given begins with the base, what it answers must not. */
export function withoutBase(path: string, base = BASE): string {
  return base && (path === base || path.startsWith(`${base}/`)) ? path.slice(base.length) || "/" : path;
}
