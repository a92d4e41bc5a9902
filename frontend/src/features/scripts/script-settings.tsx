/** What a script is called, runs on and may use; and its end. */
import { Radio, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Image, Network, Script, ScriptLimits } from "@/api/types";
import { plural } from "@/lib/format";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Card } from "@/ui/card";
import { DeleteCard } from "@/ui/delete-card";
import { fieldError } from "@/ui/field-errors";
import { Form } from "@/ui/form";
import { NumberField } from "@/ui/number-field";
import { toast } from "@/ui/toast";
import { useChangeScript, useDeleteScript } from "./api";
import { environmentText, parseEnvironment } from "./environment";
import { ImageField } from "./image-field";

type Props = { script: Script; images: Image[]; onDeleted: () => void };

export function ScriptSettings({ script, images, onDeleted }: Props) {
  return (
    <Stack maw={720}>
      <SettingsForm script={script} images={images} />
      <Delete script={script} onDeleted={onDeleted} />
    </Stack>
  );
}

const LIMITS: [field: keyof ScriptLimits, label: string][] = [
  ["time_limit_s", "Time limit (seconds)"],
  ["memory_mb", "Memory (MB)"],
  ["cpus", "Processor cores"],
  ["processes", "Processes"],
];
const SHOWN = [...ABOUT_FIELDS, "image_id", "environment", ...LIMITS.map(([field]) => `limits.${field}`)];

const NETWORKS: Record<Network, string> = {
  none: "The script reaches nothing outside its container.",
  egress: "The script can reach the internet, but not this machine, private networks or other jobs.",
  bridge: "The script can reach the internet and all that the worker's machine can, itself included.",
};

function SettingsForm({ script, images }: Omit<Props, "onDeleted">) {
  const [about, setAbout] = useState({ name: script.name, description: script.description });
  const [image, setImage] = useState<string | null>(String(script.image.id));
  const [limits, setLimits] = useState<ScriptLimits>(script.limits);
  const [network, setNetwork] = useState<Network>(script.network);
  const [variables, setVariables] = useState(environmentText(script.environment));
  const change = useChangeScript(script.id);
  const environment = parseEnvironment(variables);

  const submit = () => {
    if (environment.error) return;
    const body = { ...about, image_id: Number(image), limits, network, environment: environment.values };
    change.mutate(body, { onSuccess: () => toast("Settings saved. The next job uses them.") });
  };
  return (
    <Card title="Settings">
      <Form action="Save settings" sending={change} shown={SHOWN} onSubmit={submit}>
        <AboutFields value={about} onChange={setAbout} error={change.error} />
        <ImageField images={images} value={image} onChange={setImage} error={change.error} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {LIMITS.map(([field, label]) => (
            <NumberField
              key={field}
              label={label}
              value={limits[field]}
              onChange={(value) => setLimits({ ...limits, [field]: value ?? 0 })}
              error={fieldError(change.error, `limits.${field}`)}
              min={0}
              step={field === "cpus" ? 0.5 : 1}
              allowDecimal={field === "cpus"}
            />
          ))}
        </SimpleGrid>
        <Radio.Group label="Network" value={network} onChange={(value) => setNetwork(value as Network)}>
          <Stack gap="xs" mt={4}>
            {Object.entries(NETWORKS).map(([value, meaning]) => (
              <Radio key={value} value={value} label={value} description={meaning} />
            ))}
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
      </Form>
    </Card>
  );
}

function Delete({ script, onDeleted }: Omit<Props, "images">) {
  const remove = useDeleteScript(script.id);
  const about = "Removes the script with its versions, schedules, jobs and logs.";
  return (
    <DeleteCard kind="script" name={script.name} about={about} remove={remove} onDeleted={onDeleted}>
      Lost with it: {plural(script.version.number, "version")}, {plural(script.schedules, "schedule")}, all its jobs and their
      logs. This cannot be undone.
    </DeleteCard>
  );
}
