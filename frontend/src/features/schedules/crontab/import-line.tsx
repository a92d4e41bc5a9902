/** One line of a crontab file: what it would become, what differs, which script it starts, and whether it is wanted. */
import { Checkbox, Select, Text } from "@mantine/core";
import type { Ref } from "@/api/types";
import { paths } from "@/blocks/paths";
import { TextLink } from "@/ui/link-button";
import { Pill } from "@/ui/pill";
import type { ImportItem } from "../api";
import { localWords } from "../dues";
import classes from "./crontab.module.css";

type Props = {
  item: ImportItem;
  differences: string[];
  scripts: Ref[];
  chosen: string | null;
  /** What is ticked, before the server has said what follows from it. */
  wanted: boolean;
  onScript: (id: string) => void;
  onWanted: (wanted: boolean) => void;
};

export function ImportLine({ item, differences, scripts, chosen, wanted, onScript, onWanted }: Props) {
  const next = item.next[0];
  return (
    <li className={classes.line}>
      <Checkbox checked={wanted} onChange={(event) => onWanted(event.currentTarget.checked)} aria-label={`Line ${item.line} is wanted`} />
      <div>
        <code className={classes.text}>{item.text}</code>
        <div className={classes.words}>
          <Fate item={item} />
          {item.name && <b>{item.name}</b>}
          {item.words && <span>{item.words}</span>}
          {next && <span className={classes.dim}>next {localWords(next.local)}</span>}
        </div>
        {item.problem && (
          <Text size="sm" c="var(--mantine-color-error)">
            {item.problem}
          </Text>
        )}
        {differences.filter((words) => words !== item.problem).map((words) => (
          <Text key={words} size="sm" c="dimmed">
            {words}
          </Text>
        ))}
      </div>
      {!item.left_out && item.exists === null && (item.cron ?? item.script) !== null && (
        <Select
          aria-label={`Script of line ${item.line}`}
          placeholder="Which script?"
          data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={chosen ?? (item.script ? String(item.script.id) : null)}
          onChange={(id) => id && onScript(id)}
          allowDeselect={false}
          searchable
          size="xs"
          w={190}
        />
      )}
    </li>
  );
}

function Fate({ item }: { item: ImportItem }) {
  if (item.left_out) return <Pill tone="rest">left out</Pill>;
  if (item.problem) return <Pill tone="bad">not yet possible</Pill>;
  if (item.exists !== null) return <TextLink to={paths.schedule(item.exists)}>is there already</TextLink>;
  return <Pill tone="good">new</Pill>;
}
