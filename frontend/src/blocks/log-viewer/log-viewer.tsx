/** A live log: windowed, coloured, followed to its end until one scrolls up. Used for jobs and builds. */
import { Button, Group, Loader, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { ArrowDown } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { plural } from "@/lib/format";
import { ErrorAlert } from "@/ui/error-alert";
import { toast } from "@/ui/toast";
import type { LogOf } from "./api";
import { copied } from "./copied";
import { spanText, stretched, type LineSpan } from "./lines";
import { LogHits } from "./log-hits";
import { LogList, type Target } from "./log-list";
import { LogSearch } from "./log-search";
import { LogToolbar, TIMES, type LogPrefs } from "./log-toolbar";
import { atEnd } from "./log-window";
import classes from "./log.module.css";
import { useLog } from "./use-log";
import { useLogKeys } from "./use-log-keys";
import { useSearching } from "./use-searching";

type Props = {
  /** Another log, or another section of it, needs another viewer: give it as `key` too. */
  of: LogOf;
  /** What the log is of, for screen readers: "Log of job 7". */
  label: string;
  /** Where "since start" counts from. */
  startedAt: string | null;
  /** Shown while nothing has been printed. */
  waiting: string;
  onEnd?: () => void;
  /** The log is what the page is about: it is tall, and its keys count everywhere on the page. */
  tall?: boolean;
  /** The lines to open at and to point out. */
  line?: LineSpan | null;
  /** The page's address with these lines in it (`4096-9000`): with it lines can be linked to. */
  address?: (line: string) => string;
  /** Other lines are pointed out now. */
  onLine?: (line: string) => void;
  /** Makes the lines of tracebacks buttons: somebody wants to see this line of this file. */
  onFrame?: (path: string, line: number) => void;
};

const PREFS: LogPrefs = { time: "off", wrap: true };

export function LogViewer({ of, label, startedAt, waiting, onEnd, tall = false, line = null, address, onLine, onFrame }: Props) {
  const [prefs, setPrefs] = useLocalStorage<LogPrefs>({ key: "scripter-log", defaultValue: PREFS, getInitialValueInEffect: false });
  const [following, setFollowing] = useState(line === null);
  const [span, setSpan] = useState(line);
  const [target, setTarget] = useState<Target | null>(line && { offset: line.from, align: "center" });
  const section = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const log = useLog(of, following, onEnd, line?.from ?? null);
  const { view } = log;

  const go = async (offset: number, align: Target["align"]) => {
    setFollowing(false);
    await log.jumpTo(offset);
    setTarget({ offset, align });
  };
  const searching = useSearching(of, (offset) => {
    setSpan({ from: offset, to: offset });
    void go(offset, "center");
  });
  const follow = () => {
    if (!atEnd(view)) void log.jumpToEnd();
    log.seen();
    setFollowing(true);
  };
  const toStart = () => {
    setFollowing(false);
    void log.jumpToStart().then(() => setTarget({ offset: log.first, align: "start" }));
  };
  const link = async (chosen: LineSpan | null) => {
    if (!chosen || !address) return;
    await navigator.clipboard.writeText(window.location.origin + address(spanText(chosen)));
    toast(chosen.from === chosen.to ? "Copied a link to the line." : "Copied a link to the lines.");
  };
  const pick = (offset: number, more: boolean) => {
    const chosen = more ? stretched(span, offset) : { from: offset, to: offset };
    setFollowing(false);
    setSpan(chosen);
    onLine?.(spanText(chosen));
    void link(chosen);
  };
  const copy = async () => {
    const { text, words } = copied(view, span, section.current);
    await navigator.clipboard.writeText(text);
    toast(words);
  };
  const nextTime = () => {
    const at = TIMES.findIndex(({ value }) => value === prefs.time);
    setPrefs({ ...prefs, time: TIMES[(at + 1) % TIMES.length]?.value ?? "off" });
  };
  const press = useLogKeys(tall, {
    search: () => field.current?.focus(),
    next: () => void searching.step(1),
    before: () => void searching.step(-1),
    error: () => void searching.toFirstError(),
    start: toStart,
    end: follow,
    follow: () => (following ? setFollowing(false) : follow()),
    wrap: () => setPrefs({ ...prefs, wrap: !prefs.wrap }),
    times: nextTime,
    link: () => void link(span),
  });
  const { found } = searching;
  const marks = useMemo(() => found.hits.map((hit) => hit.offset), [found.hits]);
  const empty = view.lines.length === 0;

  return (
    <section ref={section} className={classes.viewer} data-tall={tall || undefined} aria-label={label} onKeyDown={press}>
      <LogToolbar
        of={of}
        size={Math.max(0, view.size - log.first)}
        prefs={prefs}
        onPrefs={setPrefs}
        empty={empty}
        copies={span && span.from !== span.to ? "Copy the lines pointed out" : "Copy what is selected, or all that is loaded"}
        onCopy={() => void copy()}
        search={empty ? <span /> : <LogSearch searching={searching} label={label} field={field} />}
      />
      <ErrorAlert error={found.error ?? log.error} />
      {found.wish && found.hits.length > 0 && (
        <LogHits hits={found.hits} wish={found.wish} current={searching.current} onPick={searching.pick} />
      )}
      {empty ? (
        <Nothing loaded={view.loaded} finished={view.finished} waiting={waiting} />
      ) : (
        <LogList
          view={view}
          prefs={prefs}
          label={label}
          startedAt={startedAt}
          first={log.first}
          target={target}
          span={span}
          sought={found.wish}
          marks={marks}
          following={following}
          hrefOf={address && ((offset) => address(String(offset)))}
          onFrame={onFrame}
          onPick={pick}
          onFollow={(next) => (next ? follow() : setFollowing(false))}
          onTop={log.loadEarlier}
          onBottom={log.loadLater}
          onGo={(offset) => void go(offset, "start")}
          onEdge={(edge) => (edge === "start" ? toStart() : follow())}
        />
      )}
      <div className={classes.foot}>
        {log.lost && (
          <Text size="xs" role="status" className={classes.lost}>
            The connection is lost. Trying again; nothing will be missing.
          </Text>
        )}
        {!empty && !following && (
          <Jumps fresh={view.fresh} finished={view.finished} above={view.start > log.first} onStart={toStart} onEnd={follow} />
        )}
      </div>
    </section>
  );
}

type JumpProps = { fresh: number; finished: boolean; above: boolean; onStart: () => void; onEnd: () => void };

function Jumps({ fresh, finished, above, onStart, onEnd }: JumpProps) {
  return (
    <Group gap="xs">
      {above && (
        <Button size="compact-sm" variant="default" onClick={onStart}>
          To the start
        </Button>
      )}
      <Button size="compact-sm" leftSection={<ArrowDown size={14} aria-hidden />} onClick={onEnd}>
        {finished ? "To the end" : "Follow"}
        {fresh > 0 && ` · ${plural(fresh, "new line")}`}
      </Button>
    </Group>
  );
}

function Nothing({ loaded, finished, waiting }: { loaded: boolean; finished: boolean; waiting: string }) {
  return (
    <Group className={classes.nothing} gap="sm" role="status">
      {!finished && <Loader size="xs" aria-hidden />}
      <Text size="sm" c="dimmed">
        {!loaded ? "Loading the log …" : finished ? "Nothing was printed." : waiting}
      </Text>
    </Group>
  );
}
