/** A new schedule, or another shape of one: when, what with, and by which policies; what it means stands beside it. */
import { Button, Group, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Ref, Schedule } from "@/api/types";
import { Card } from "@/ui/card";
import { keepEnter } from "@/ui/enter";
import { LinkButton } from "@/ui/link-button";
import { toast } from "@/ui/toast";
import { previewQuery, useSaveSchedule } from "../api";
import classes from "../schedules.module.css";
import { policySummary } from "../words";
import { bodyOf, changesOf, draftOf, FIELDS, mistakesOf, MORE_FIELDS, newDraft, previewOf, type Draft } from "./draft";
import { errorAt, namedIn } from "./errors";
import styles from "./form.module.css";
import { PolicyFields } from "./policy-fields";
import { PreviewCard } from "./preview";
import { Refusal } from "./refusal";
import { WhenFields, type FieldsProps } from "./when-fields";

type Props = {
  /** Null makes a new one. What becomes of it while the form is open is not looked at. */
  schedule: Schedule | null;
  /** The scripts to choose from. */
  scripts: Ref[];
  /** The one that is chosen at first. */
  scriptId?: number | null;
  backTo: string;
  onSaved: (schedule: Schedule) => void;
};

export function ScheduleForm({ schedule, scripts, scriptId, backTo, onSaved }: Props) {
  const [opened] = useState(schedule);
  const [draft, setDraft] = useState(() => (opened ? draftOf(opened) : newDraft(firstScript(scripts, scriptId))));
  const [sent, setSent] = useState(false);
  const [asked] = useDebouncedValue(draft, 250);
  const preview = useQuery(previewQuery(previewOf(asked, opened)));
  const meaning = preview.isError ? null : (preview.data ?? null);
  const save = useSaveSchedule();
  const mistakes = mistakesOf(draft);
  const onChange = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const wrong = (field: string) => (sent && mistakes[field]) || errorAt(save.error, field) || errorAt(preview.error, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (Object.keys(mistakes).length > 0) return;
    const done = (saved: Schedule) => {
      toast(schedule ? "The schedule is changed." : "The schedule is added.");
      onSaved(saved);
    };
    save.mutate(opened ? { id: opened.id, changes: changesOf(draft, opened) } : { made: bodyOf(draft) }, { onSuccess: done });
  };
  const fields = { draft, onChange, wrong };
  return (
    <form onSubmit={submit} onKeyDown={keepEnter} noValidate>
      <div className={classes.columns}>
        <Stack>
          <Card title="When">
            <WhenFields {...fields} words={meaning?.words ?? null} />
          </Card>
          <WhatFields {...fields} scripts={schedule ? [] : scripts} />
          <More {...fields} opened={namedIn(save.error, MORE_FIELDS).length > 0} />
          <Refusal error={save.error} fields={FIELDS} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {schedule ? "Save schedule" : "Add schedule"}
            </Button>
            <LinkButton to={backTo} variant="default">
              Cancel
            </LinkButton>
          </Group>
        </Stack>
        <div className={classes.aside}>
          <PreviewCard preview={meaning} draft={draft} />
        </div>
      </div>
    </form>
  );
}

function firstScript(scripts: Ref[], wanted: number | null | undefined): string | null {
  const found = scripts.find(({ id }) => id === wanted) ?? (scripts.length === 1 ? scripts[0] : undefined);
  return found ? String(found.id) : null;
}

const mono = { input: { fontFamily: "var(--sc-mono)" } };

function WhatFields({ draft, onChange, wrong, scripts }: FieldsProps & { scripts: Ref[] }) {
  return (
    <Card title="What">
      <Stack gap="sm">
        {scripts.length > 0 && (
          <Select
            label="Script"
            placeholder="Choose the script that it starts"
            data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={draft.script}
            onChange={(script) => onChange({ script })}
            error={wrong("script_id")}
            allowDeselect={false}
            searchable
            nothingFoundMessage="No such script"
          />
        )}
        <TextInput
          label="Name"
          description="May stay empty: then it is called by when it is due."
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          error={wrong("name")}
        />
        <TextInput
          label="Arguments"
          description="As on a command line. May stay empty."
          value={draft.line}
          onChange={(event) => onChange({ line: event.currentTarget.value })}
          error={wrong("arguments")}
          spellCheck={false}
          styles={mono}
        />
        <Textarea
          label="Environment variables"
          description="One a line: NAME=value. They come on top of the script's own, so no passwords here."
          value={draft.variables}
          onChange={(event) => onChange({ variables: event.currentTarget.value })}
          error={wrong("environment")}
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          styles={mono}
        />
        <Switch label="Switched on" checked={draft.enabled} onChange={(event) => onChange({ enabled: event.currentTarget.checked })} />
      </Stack>
    </Card>
  );
}

/** Folded, with what applies in a sentence; a refusal of something inside opens it. */
function More({ opened, ...fields }: FieldsProps & { opened: boolean }) {
  return (
    <details className={styles.more} open={opened || undefined}>
      <summary>
        <b>More: overlaps, late runs, bounds, blackouts, owner</b>
        <span>{policySummary(fields.draft)}</span>
      </summary>
      <div>
        <PolicyFields {...fields} />
      </div>
    </details>
  );
}
