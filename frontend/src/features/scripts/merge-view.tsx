/** Three sides of every file that differs: what I changed, what they changed, and the outcome, which can be edited. */
import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { CodeEditor } from "@/blocks/code-editor/code-editor";
import { conflictsIn, settle, type Choice } from "@/blocks/diff/conflicts";
import { mergeFiles, type MergedFile } from "@/blocks/diff/merge-files";
import { TextDiff } from "@/blocks/diff/text-diff";
import { plural } from "@/lib/format";
import { ErrorAlert } from "@/ui/error-alert";
import { Tag } from "@/ui/tag";
import classes from "./scripts.module.css";
import type { WholeVersion } from "./use-saving";
import type { Workbench } from "./use-workbench";

type Props = { bench: Workbench; theirs: WholeVersion; onClose: () => void };

export function MergeView({ bench, theirs, onClose }: Props) {
  const { draft } = bench.handle;
  const [files, setFiles] = useState(() => mergeFiles(draft.saved, draft.files, theirs.files));
  const shown = files.filter((file) => file.what !== "");
  const [chosen, setChosen] = useState(() => (shown.find((file) => file.conflicts > 0) ?? shown[0])?.path ?? null);
  const file = shown.find((one) => one.path === chosen);
  const open = files.reduce((sum, one) => sum + one.conflicts, 0);
  const change = (path: string, content: string) =>
    setFiles((before) => before.map((one) => (one.path === path ? { ...one, content, conflicts: conflictsIn(content).length } : one)));
  const save = () => {
    const kept = files.flatMap(({ path, content, encoding }) => (content === null ? [] : [{ path, content, encoding }]));
    void bench.saveMerged(kept, theirs);
  };
  const busy = bench.saving.isPending;
  return (
    <div>
      <div className={classes.merge}>
        <MergedList files={shown} selected={chosen} onSelect={setChosen} />
        {file ? <OneMerge key={file.path} file={file} theirs={theirs.number} base={bench.base} onChange={(text) => change(file.path, text)} /> : (
          <Text size="sm" p="md">
            Both saved the same files.
          </Text>
        )}
      </div>
      <ErrorAlert error={bench.savingError} />
      <Group justify="space-between" mt="md">
        <Text size="sm" role="status" c={open > 0 ? undefined : "dimmed"} fw={open > 0 ? 600 : undefined}>
          {open > 0 ? `${plural(open, "place")} need${open === 1 ? "s" : ""} your word.` : "Nothing collides any more."}
        </Text>
        <Group gap="xs">
          <Button variant="default" disabled={busy} onClick={onClose}>
            Keep editing
          </Button>
          <Button variant="default" disabled={busy} onClick={() => void bench.load()}>
            Load theirs, drop mine
          </Button>
          <Button disabled={open > 0} loading={busy} onClick={save}>
            Save as a new version
          </Button>
        </Group>
      </Group>
    </div>
  );
}

type ListProps = { files: MergedFile[]; selected: string | null; onSelect: (path: string) => void };

function MergedList({ files, selected, onSelect }: ListProps) {
  return (
    <nav aria-label="Files that differ" className={classes.mergeList}>
      <ul>
        {files.map(({ path, what, conflicts }) => (
          <li key={path}>
            <button type="button" aria-current={path === selected || undefined} onClick={() => onSelect(path)}>
              <span>
                {path} {conflicts > 0 && <Tag>{plural(conflicts, "conflict")}</Tag>}
              </span>
              <small>{what}</small>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type OneProps = { file: MergedFile; theirs: number; base: number; onChange: (text: string) => void };

function OneMerge({ file, theirs, base, onChange }: OneProps) {
  const [side, setSide] = useState("mine");
  const { sides, path, content } = file;
  const from = `Version ${base}`;
  const pairs: Record<string, [before: string | null, after: string | null, label: string, from: string]> = {
    mine: [sides.base, sides.mine, "Mine", from],
    theirs: [sides.base, sides.theirs, `Version ${theirs}`, from],
    both: [sides.theirs, sides.mine, "Mine", `Version ${theirs}`],
  };
  const [before, after, label, began] = pairs[side] ?? [null, null, "", ""];
  const text = file.encoding === "utf-8";
  return (
    <div className={classes.mergeOne}>
      <SegmentedControl
        size="xs"
        aria-label="What to compare"
        value={side}
        onChange={setSide}
        data={[
          { value: "mine", label: "What I changed" },
          { value: "theirs", label: "What they changed" },
          { value: "both", label: "Theirs and mine" },
        ]}
      />
      {text && <TextDiff path={path} before={before ?? ""} after={after ?? ""} labels={{ before: began, after: label }} />}
      {content === null ? (
        <Text size="sm">The file is not in the outcome.</Text>
      ) : text ? (
        <Outcome path={path} content={content} onChange={onChange} />
      ) : (
        <Text size="sm">This file is not text.</Text>
      )}
    </div>
  );
}

function Outcome({ path, content, onChange }: { path: string; content: string; onChange: (text: string) => void }) {
  const conflicts = useMemo(() => conflictsIn(content), [content]);
  const [at, setAt] = useState(0);
  const [stamp, setStamp] = useState(0);
  const conflict = conflicts[Math.min(at, conflicts.length - 1)];
  const go = (to: number) => {
    setAt((to + conflicts.length) % conflicts.length);
    setStamp(stamp + 1);
  };
  const take = (choice: Choice) => conflict && onChange(settle(content, conflict, choice));
  const place = stamp > 0 && conflict ? { path, line: conflict.start, column: 0, stamp } : null;
  return (
    <section aria-label={`Outcome of ${path}`} className={classes.version}>
      <Group p="xs" gap="xs" justify="space-between">
        <Text size="sm" fw={600}>
          Outcome, to be saved
        </Text>
        {conflict && (
          <Group gap="xs">
            <Button size="compact-sm" variant="subtle" onClick={() => go(at + 1)}>
              Conflict {Math.min(at, conflicts.length - 1) + 1} of {conflicts.length}, line {conflict.start}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => take("mine")}>
              Take mine
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => take("theirs")}>
              Take theirs
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => take("both")}>
              Take both
            </Button>
          </Group>
        )}
      </Group>
      <div className={classes.outcome}>
        <CodeEditor path={path} value={content} label={`Outcome of ${path}`} onChange={onChange} place={place} />
      </div>
    </section>
  );
}
