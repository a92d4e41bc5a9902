/** The field that searches a log, with the way through its hits and to the first error. Enter leads from hit to hit. */
import { ActionIcon, Button, Text, TextInput, Tooltip } from "@mantine/core";
import { CaseSensitive, ChevronDown, ChevronUp, Search, TriangleAlert } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { bytes } from "@/lib/format";
import classes from "./log.module.css";
import type { Searching } from "./use-searching";

const LONGEST = 200;

type Props = {
  searching: Searching;
  /** What is searched, to tell two logs of one page apart: "Log of job 7". */
  label: string;
  field?: Ref<HTMLInputElement>;
};

export function LogSearch({ searching, label, field }: Props) {
  const { text, found, step, clear } = searching;
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      void step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && (text || found.wish)) {
      event.preventDefault();
      clear();
    }
  };
  return (
    <div className={classes.search} role="search" aria-label={`Search: ${label}`}>
      <TextInput
        ref={field}
        className={classes.field}
        size="xs"
        aria-label="Search the log"
        placeholder="Search the log"
        leftSection={<Search size={14} aria-hidden />}
        rightSection={<MatchCase searching={searching} />}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => searching.setText(event.currentTarget.value)}
        onKeyDown={press}
      />
      {(text || found.wish) && <Steps searching={searching} />}
      <Tooltip label="To the first line that tells of an error (e)">
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<TriangleAlert size={14} aria-hidden />}
          onClick={() => void searching.toFirstError()}
        >
          First error
        </Button>
      </Tooltip>
      <Text size="xs" c="dimmed" role="status" className={classes.words}>
        {inWords(searching)}
      </Text>
    </div>
  );
}

function MatchCase({ searching: { exact, setExact } }: { searching: Searching }) {
  return (
    <Tooltip label={exact ? "Capitals count" : "Capitals do not count"}>
      <ActionIcon
        size={22}
        variant={exact ? "light" : "subtle"}
        color={exact ? undefined : "gray"}
        aria-label="Match case"
        aria-pressed={exact}
        onClick={() => setExact(!exact)}
      >
        <CaseSensitive size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Steps({ searching: { text, found, step } }: { searching: Searching }) {
  return (
    <span className={classes.steps}>
      <Tooltip label="Previous hit (N)">
        <ActionIcon
          size={24}
          variant="subtle"
          color="gray"
          aria-label="Previous hit"
          disabled={found.wish?.q !== text || found.hits.length === 0}
          onClick={() => void step(-1)}
        >
          <ChevronUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next hit (n)">
        <ActionIcon size={24} variant="subtle" color="gray" aria-label="Next hit" disabled={!text} onClick={() => void step(1)}>
          <ChevronDown size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

function inWords({ found, current, noError }: Searching): string {
  const { wish, hits, end, size, busy, error } = found;
  if (error) return "";
  if (noError) return "No line tells of an error.";
  if (busy) return size > 0 ? `Searching … ${bytes(end)} of ${bytes(size)}` : "Searching …";
  if (!wish) return "";
  if (hits.length === 0) return "Not found.";
  return `${current + 1} of ${hits.length}${end < size ? " or more" : ""}`;
}
