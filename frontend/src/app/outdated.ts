/** Parts of the page are loaded when needed. After an update of the server the old ones are gone: load the page anew. */

const KEY = "scripter-reloaded-at";
/** A part that is still missing right after a reload is another trouble; reloading for ever would hide it. */
const PAUSE_MS = 30_000;

export function reloadWhenOutdated(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < PAUSE_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
