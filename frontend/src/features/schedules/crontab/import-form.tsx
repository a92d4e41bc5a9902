/** A crontab file becomes schedules: paste or drop it, see what each line would be and what differs, then make them. */
import { Button, Checkbox, FileButton, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState, type DragEvent } from "react";
import type { Ref } from "@/api/types";
import { plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { toast } from "@/ui/toast";
import { importQuery, useImport, type Import } from "../api";
import { errorAt, namedIn } from "../form/errors";
import { ZoneField } from "../form/when-fields";
import { ImportLine } from "./import-line";
import { NO_CHOICES, wishOf, withLine, withText, type Choices } from "./wish";
import classes from "../schedules.module.css";

type Props = { scripts: Ref[]; onMade: () => void };

export function ImportForm({ scripts, onMade }: Props) {
  const [choices, setChoices] = useState<Choices>(NO_CHOICES);
  const [asked] = useDebouncedValue(choices, 300);
  const wish = wishOf(asked);
  const look = useQuery({ ...importQuery(wish), enabled: asked.text.trim() !== "" });
  const save = useImport();
  const found = choices.text.trim() ? look.data : undefined;
  const done = (ids: number[]) => {
    toast(`${plural(ids.length, "schedule")} made.`);
    onMade();
  };
  return (
    <Card title="Import a crontab">
      <Stack>
        <FileField text={choices.text} onText={(text) => setChoices((old) => withText(old, text))} error={errorAt(look.error, "text")} />
        <Options choices={choices} scripts={scripts} onChange={setChoices} error={look.error} />
        <ErrorAlert error={look.error} hide={namedIn(look.error, ["text", "zone"])} />
        {found && <Lines found={found} choices={choices} scripts={scripts} onChange={setChoices} />}
        <ErrorAlert error={save.error} />
        {found && (
          <Group>
            <Button
              disabled={found.new === 0 || found.problems > 0}
              loading={save.isPending}
              onClick={() => save.mutate(wishOf(choices), { onSuccess: ({ ids }) => done(ids) })}
            >
              Make {plural(found.new, "schedule")}
            </Button>
            {found.problems > 0 && (
              <Text size="sm" c="dimmed">
                {plural(found.problems, "line")} cannot become {found.problems === 1 ? "a schedule" : "schedules"} yet: choose a script, or leave
                {found.problems === 1 ? " it" : " them"} out.
              </Text>
            )}
          </Group>
        )}
      </Stack>
    </Card>
  );
}

type FileProps = { text: string; onText: (text: string) => void; error: string | null };

function FileField({ text, onText, error }: FileProps) {
  const read = (file: File | null | undefined) => void file?.text().then(onText);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  };
  return (
    <div onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Textarea
        label="The file"
        description="Paste it, such as from crontab -l, or drop it here."
        placeholder={"# Backups\n0 3 * * * /opt/backup.py --all"}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        error={error}
        autosize
        minRows={5}
        maxRows={16}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--sc-mono)" } }}
      />
      <FileButton onChange={read}>
        {(props) => (
          <Button {...props} variant="default" size="compact-sm" mt={6}>
            Choose a file
          </Button>
        )}
      </FileButton>
    </div>
  );
}

type OptionProps = { choices: Choices; scripts: Ref[]; onChange: (choices: Choices) => void; error: Error | null };

function Options({ choices, scripts, onChange, error }: OptionProps) {
  return (
    <Group align="flex-end" gap="md">
      <ZoneField label="Zone, if it says none" value={choices.zone} onChange={(zone) => onChange({ ...choices, zone })} error={errorAt(error, "zone")} w={250} />
      <Select
        label="Script, if it names none"
        placeholder="none"
        clearable
        searchable
        data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={choices.script}
        onChange={(script) => onChange({ ...choices, script })}
        w={250}
      />
      <Checkbox
        label="A system's crontab: its sixth column is a user"
        checked={choices.system}
        onChange={(event) => onChange({ ...choices, system: event.currentTarget.checked })}
        mb={8}
      />
    </Group>
  );
}

type LineProps = { found: Import; choices: Choices; scripts: Ref[]; onChange: (choices: Choices) => void };

function Lines({ found, choices, scripts, onChange }: LineProps) {
  const general = found.differences.filter(({ line }) => !found.items.some((item) => item.line === line));
  if (found.items.length === 0) return <Text size="sm">There is no line in it that starts something.</Text>;
  return (
    <>
      {general.length > 0 && (
        <Notice tone="info" title="What differs from cron">
          <ul style={{ margin: 0, paddingLeft: "1.2rem" }}>
            {general.map((one, index) => (
              <li key={index}>
                {one.line !== null && `Line ${one.line}: `}
                {one.words}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <ul className={classes.list} aria-label="Lines of the file">
        {found.items.map((item) => (
          <ImportLine
            key={item.line}
            item={item}
            differences={found.differences.filter(({ line }) => line === item.line).map(({ words }) => words)}
            scripts={scripts}
            chosen={choices.scripts[item.line] ?? null}
            wanted={!choices.leaveOut.includes(item.line)}
            onScript={(script) => onChange({ ...choices, scripts: { ...choices.scripts, [item.line]: script } })}
            onWanted={(wanted) => onChange(withLine(choices, item.line, wanted))}
          />
        ))}
      </ul>
    </>
  );
}
