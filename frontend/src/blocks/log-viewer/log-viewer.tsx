/** A live log: windowed, coloured, followed to its end until one scrolls up. Used for jobs and builds. */
import { Button, Group, Loader, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useState } from "react";
import { ErrorAlert } from "@/ui/error-alert";
import type { LogOf } from "./api";
import { LogList, type Target } from "./log-list";
import { LogSearch } from "./log-search";
import { LogToolbar, type LogPrefs } from "./log-toolbar";
import { atEnd } from "./log-window";
import classes from "./log.module.css";
import { useLog } from "./use-log";

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
  tall?: boolean;
};

const PREFS: LogPrefs = { time: "off", wrap: true };

export function LogViewer({ of, label, startedAt, waiting, onEnd, tall = false }: Props) {
  const [prefs, setPrefs] = useLocalStorage<LogPrefs>({ key: "scripter-log", defaultValue: PREFS, getInitialValueInEffect: false });
  const [following, setFollowing] = useState(true);
  const [target, setTarget] = useState<Target | null>(null);
  const log = useLog(of, following, onEnd);
  const { view } = log;
  const follow = () => {
    if (!atEnd(view)) void log.jumpToEnd();
    setFollowing(true);
  };
  const jump = async (offset: number) => {
    setFollowing(false);
    await log.jumpTo(offset);
    setTarget({ offset });
  };
  return (
    <section className={classes.viewer} data-tall={tall || undefined} aria-label={label}>
      <LogToolbar of={of} view={view} size={Math.max(0, view.size - log.first)} prefs={prefs} onPrefs={setPrefs} />
      {view.lines.length > 0 && <LogSearch of={of} onJump={(offset) => void jump(offset)} />}
      <ErrorAlert error={view.error} />
      {view.lines.length === 0 ? (
        <Nothing loaded={view.loaded} finished={view.finished} waiting={waiting} />
      ) : (
        <LogList
          view={view}
          prefs={prefs}
          label={label}
          startedAt={startedAt}
          target={target}
          following={following}
          onFollow={setFollowing}
          onTop={log.loadEarlier}
          onBottom={log.loadLater}
        />
      )}
      {view.lines.length > 0 && !following && (
        <Group className={classes.jumps} gap="xs">
          {view.start > log.first && (
            <Button size="compact-sm" variant="default" onClick={() => void log.jumpToStart()}>
              To the start
            </Button>
          )}
          <Button size="compact-sm" onClick={follow}>
            {view.finished ? "To the end" : "Follow"}
          </Button>
        </Group>
      )}
    </section>
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
