/** Server-sent events that survive lost connections and rest while nobody looks; used by live logs and job lists. */

export type StreamState = "connecting" | "open" | "closed";
export type StreamOptions = {
  /** Asked at each new connection, so that it can carry on where the last one stopped. */
  url: () => string;
  on: Record<string, (data: string, id: string) => void>;
  onState?: (state: StreamState) => void;
};

/** A line that comes back sooner is not worth a word. */
export const PATIENCE_MS = 2_500;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Opens the stream and keeps it open; call the answer to close it for good. */
export function openStream(options: StreamOptions): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  const drop = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const connect = () => {
    drop();
    options.onState?.("connecting");
    source = new EventSource(options.url());
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      options.onState?.("open");
    };
    source.onerror = () => {
      // The browser reconnects by itself after a broken line, but gives up after an error status.
      options.onState?.("connecting");
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    for (const [name, handle] of Object.entries(options.on)) {
      source.addEventListener(name, (event: MessageEvent<string>) => handle(event.data, event.lastEventId));
    }
  };
  // Browsers allow six streams per host over HTTP/1.1: a hidden tab must not hold one.
  const look = () => (document.hidden ? drop() : connect());

  document.addEventListener("visibilitychange", look);
  if (!document.hidden) connect();
  return () => {
    document.removeEventListener("visibilitychange", look);
    drop();
    options.onState?.("closed");
  };
}
