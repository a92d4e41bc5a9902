/** The editor's code, which is large: fetched when a page shows it, or a little before. */

export const loadEditor = () => import("./editor");

/** Begin to fetch it: whoever leads to a page with an editor saves it a way to the server. */
export function preloadEditor(): void {
  loadEditor().catch(() => undefined); // The page that shows it tells what is wrong.
}
