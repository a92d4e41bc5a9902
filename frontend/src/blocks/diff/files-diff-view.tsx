/** Two sets of files compared: the changed files at the left, one of them line by line at the right. */
import { Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { plural } from "@/lib/format";
import { Comparison, Count, Head, type TextDiffProps } from "./diff-view";
import classes from "./diff.module.css";
import { fileChanges, type DiffFile, type FileChange } from "./file-sets";
import { LayoutSwitch, useLayout } from "./layout";
import { countLines, type LineCount } from "./lines";

export type FilesDiffProps = { before: readonly DiffFile[]; after: readonly DiffFile[]; labels: TextDiffProps["labels"] };

type Counted = FileChange & { lines: LineCount | null };

export function FilesDiffView({ before, after, labels }: FilesDiffProps) {
  const changes = useMemo(() => fileChanges(before, after).map(counted), [before, after]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [layout, setLayout] = useLayout();
  const change = changes.find(({ path }) => path === chosen) ?? changes[0];
  if (!change) return <NoChange labels={labels} />;
  return (
    <section className={classes.frame} aria-label={`Files: ${labels.before} and ${labels.after}`}>
      <div className={classes.files}>
        <ChangeList changes={changes} selected={change.path} onSelect={setChosen} />
        <div className={classes.one}>
          <Head path={change.path} lines={change.lines}>
            <LayoutSwitch layout={layout} onChange={setLayout} />
          </Head>
          {change.binary ? (
            <Text size="sm" c="dimmed" p="md">
              Not text: it was {change.kind}, and there are no lines to compare.
            </Text>
          ) : change.kind === "added" && change.after === "" ? (
            <Text size="sm" c="dimmed" p="md">
              An empty file, {labels.after} has it.
            </Text>
          ) : (
            <Comparison key={change.path} path={change.path} before={change.before} after={change.after} labels={labels} layout={layout} />
          )}
        </div>
      </div>
    </section>
  );
}

function counted(change: FileChange): Counted {
  return { ...change, lines: change.binary ? null : countLines(change.before, change.after) };
}

const LETTERS = { added: "A", removed: "D", changed: "M" };

type ListProps = { changes: Counted[]; selected: string; onSelect: (path: string) => void };

function ChangeList({ changes, selected, onSelect }: ListProps) {
  return (
    <nav className={classes.list} aria-label="Changed files">
      <Text size="xs" c="dimmed" className={classes.total}>
        {plural(changes.length, "file")} differ{changes.length === 1 ? "s" : ""}
      </Text>
      <ul>
        {changes.map(({ path, kind, lines }) => (
          <li key={path}>
            <button type="button" aria-current={path === selected || undefined} onClick={() => onSelect(path)}>
              <span className={classes.letter} data-kind={kind} role="img" aria-label={kind}>
                {LETTERS[kind]}
              </span>
              <span className={classes.name}>{path}</span>
              {lines && <Count {...lines} />}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NoChange({ labels }: { labels: FilesDiffProps["labels"] }) {
  return (
    <Text size="sm" c="dimmed" className={classes.frame} p="md">
      No difference: the files of {labels.before} and {labels.after} are the same.
    </Text>
  );
}
