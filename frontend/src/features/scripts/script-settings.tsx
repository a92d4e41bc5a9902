/** What a script is called, runs on and may use; and its end. */
import { Button, Group, NumberInput, Radio, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Image, Network, Script, ScriptLimits } from "@/api/types";
import { plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { toast } from "@/ui/toast";
import { useChangeScript, useDeleteScript } from "./api";
import { environmentText, parseEnvironment } from "./environment";

type Props = { script: Script; images: Image[]; onDeleted: () => void };

export function ScriptSettings({ script, images, onDeleted }: Props) {
  return (
    <Stack maw={720}>
      <SettingsForm script={script} images={images} />
      <DeleteCard script={script} onDeleted={onDeleted} />
    </Stack>
  );
}

const LIMITS: [field: keyof ScriptLimits, label: string][] = [
  ["time_limit_s", "Time limit (seconds)"],
  ["memory_mb", "Memory (MB)"],
  ["cpus", "Processor cores"],
  ["processes", "Processes"],
];
const SHOWN = ["name", "description", "image_id", "environment", ...LIMITS.map(([field]) => `limits.${field}`)];

function SettingsForm({ script, images }: { script: Script; images: Image[] }) {
  const [name, setName] = useState(script.name);
  const [description, setDescription] = useState(script.description);
  const [image, setImage] = useState<string | null>(String(script.image.id));
  const [limits, setLimits] = useState<ScriptLimits>(script.limits);
  const [network, setNetwork] = useState<Network>(script.network);
  const [variables, setVariables] = useState(environmentText(script.environment));
  const change = useChangeScript(script.id);
  const environment = parseEnvironment(variables);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (environment.error) return;
    const body = { name, description, image_id: Number(image), limits, network, environment: environment.values };
    change.mutate(body, { onSuccess: () => toast("Settings saved. The next job uses them.") });
  };
  return (
    <Card title="Settings">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(change.error, "name")}
            required
          />
          <TextInput
            label="Description"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            error={fieldError(change.error, "description")}
          />
          <Select
            label="Image"
            data={images.map((one) => ({ value: String(one.id), label: `${one.name} (${one.status})` }))}
            value={image}
            onChange={setImage}
            error={fieldError(change.error, "image_id")}
            allowDeselect={false}
            searchable
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {LIMITS.map(([field, label]) => (
              <NumberInput
                key={field}
                label={label}
                value={limits[field]}
                onChange={(value) => setLimits({ ...limits, [field]: Number(value) })}
                error={fieldError(change.error, `limits.${field}`)}
                min={0}
                step={field === "cpus" ? 0.5 : 1}
                allowDecimal={field === "cpus"}
              />
            ))}
          </SimpleGrid>
          <Radio.Group label="Network" value={network} onChange={(value) => setNetwork(value as Network)}>
            <Stack gap="xs" mt={4}>
              <Radio value="none" label="none" description="The script reaches nothing outside its container." />
              <Radio
                value="egress"
                label="egress"
                description="The script can reach the internet, but not this machine, private networks or other jobs."
              />
              <Radio
                value="bridge"
                label="bridge"
                description="The script can reach the internet and all that the worker's machine can, itself included."
              />
            </Stack>
          </Radio.Group>
          <Textarea
            label="Environment variables"
            description="One a line: NAME=value. Everybody who sees the script sees them, so no passwords here."
            value={variables}
            onChange={(event) => setVariables(event.currentTarget.value)}
            error={environment.error ?? fieldError(change.error, "environment")}
            autosize
            minRows={2}
            maxRows={12}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--sc-mono)" } }}
          />
          <ErrorAlert error={change.error} hide={SHOWN} />
          <Group>
            <Button type="submit" loading={change.isPending}>
              Save settings
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function DeleteCard({ script, onDeleted }: { script: Script; onDeleted: () => void }) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteScript(script.id);
  const done = () => {
    toast(`Deleted ${script.name}.`);
    onDeleted();
  };
  return (
    <Card title="Delete">
      <Text size="sm" mb="sm">
        Removes the script with its versions, schedules, jobs and logs.
      </Text>
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        Delete script
      </Button>
      <Confirm
        opened={asking}
        title={`Delete ${script.name}?`}
        action="Delete for good"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
      >
        Lost with it: {plural(script.version.number, "version")}, {plural(script.schedules, "schedule")}, all its jobs and their
        logs. This cannot be undone.
      </Confirm>
    </Card>
  );
}
