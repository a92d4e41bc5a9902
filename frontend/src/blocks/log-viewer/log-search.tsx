/** The search of a log: a field, what was found, and the way to the first error. Enter leads from hit to hit. */
import { Button, Group, Switch, Text, TextInput } from "@mantine/core";
import { ChevronDown, ChevronUp, Search, TriangleAlert } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { bytes } from "@/lib/format";
import { ErrorAlert } from "@/ui/error-alert";
import type { LogOf } from "./api";
import { LogHits } from "./log-hits";
import classes from "./log.module.css";
import { useLogSearch, type Found } from "./use-log-search";

const LONGEST = 200;

export function LogSearch({ of, onJump }: { of: LogOf; onJump: (offset: number) => void }) {
  const [text, setText] = useState("");
  const [exact, setExact] = useState(false);
  const [current, setCurrent] = useState(-1);
  const [noError, setNoError] = useState(false);
  const { found, search, more, firstError, clear } = useLogSearch(of);
  const { hits, wish } = found;
  const same = wish?.q === text && wish.case === exact;

  const go = (list: typeof hits, to: number) => {
    const hit = list[to];
    if (!hit) return;
    setCurrent(to);
    onJump(hit.offset);
  };
  const step = async (by: 1 | -1) => {
    if (!text) return;
    setNoError(false);
    if (!same) return go(await search({ q: text, case: exact }), 0);
    if (found.busy) return;
    const last = current === hits.length - 1;
    if (by === 1 && last && found.end < found.size) return go(await more(), current + 1);
    go(hits, (current + by + hits.length) % hits.length);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      void step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && (text || wish)) {
      event.preventDefault();
      setText("");
      clear();
    }
  };
  const toFirstError = async () => {
    setNoError(false);
    const offset = await firstError();
    if (offset === null) setNoError(true);
    else onJump(offset);
  };

  return (
    <>
      <Group className={classes.search} role="search" gap="xs">
        <TextInput
          className={classes.field}
          size="xs"
          aria-label="Search the log"
          placeholder="Search the log"
          leftSection={<Search size={14} aria-hidden />}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={press}
        />
        <Switch size="xs" label="Match case" checked={exact} onChange={(event) => setExact(event.currentTarget.checked)} />
        <Button size="compact-xs" variant="default" aria-label="Previous hit" disabled={!same || hits.length === 0} onClick={() => void step(-1)}>
          <ChevronUp size={14} aria-hidden />
        </Button>
        <Button size="compact-xs" variant="default" aria-label="Next hit" disabled={!text} onClick={() => void step(1)}>
          <ChevronDown size={14} aria-hidden />
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<TriangleAlert size={14} aria-hidden />}
          onClick={() => void toFirstError()}
        >
          First error
        </Button>
        <Text size="xs" c="dimmed" role="status">
          {noError && !found.error ? "No line tells of an error." : inWords(found, current)}
        </Text>
      </Group>
      <ErrorAlert error={found.error} />
      {wish && hits.length > 0 && <LogHits hits={hits} wish={wish} current={current} onPick={(index) => go(hits, index)} />}
    </>
  );
}

function inWords({ wish, hits, end, size, busy, error }: Found, current: number): string {
  if (error) return "";
  if (busy) return size > 0 ? `Searching … ${bytes(end)} of ${bytes(size)}` : "Searching …";
  if (!wish) return "";
  if (hits.length === 0) return "Not found.";
  return `${current + 1} of ${hits.length}${end < size ? " or more" : ""}`;
}
