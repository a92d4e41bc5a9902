/** What a script is called, runs on and may use; and its end. */
import { Radio, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Image, Network, Retries, Script, ScriptLimits } from "@/api/types";
import { changedFields } from "@/lib/changed";
import { plural } from "@/lib/format";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Card } from "@/ui/card";
import { DeleteCard } from "@/ui/delete-card";
import { fieldError } from "@/ui/field-errors";
import { Form } from "@/ui/form";
import { NumberField } from "@/ui/number-field";
import { toast } from "@/ui/toast";
import { useChangeScript, useDeleteScript } from "./api";
import { environmentText, parseEnvironment } from "@/lib/environment";
import { ImageField } from "./image-field";
import { QUEUE_FIELDS, QueueFields, type QueueRules } from "./queue-fields";
import { RESTRICTION_FIELDS, RestrictionFields, type RestrictionRules } from "./restriction-fields";
import { RETRY_FIELDS, RetryFields } from "./retry-fields";

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
const SHOWN = [
  ...ABOUT_FIELDS,
  ...RETRY_FIELDS,
  ...QUEUE_FIELDS,
  ...RESTRICTION_FIELDS,
  ...LIMITS.map(([field]) => `limits.${field}`),
  "image_id",
  "environment",
];

const NETWORKS: Record<Network, string> = {
  none: "The script reaches nothing outside its container.",
  egress: "The script can reach the internet, but not this machine, private networks or other jobs.",
  bridge: "The script can reach the internet and all that the worker's machine can, itself included.",
};
/** On an image that was made without Docker. */
const LOCAL_NETWORKS: Record<Network, string> = {
  none: "The script reaches no network where the worker's machine can keep a process from it; Scripter does not promise that.",
  egress: "Needs Docker: without it a job with this mode does not start.",
  bridge: NETWORKS.bridge,
};

/** What was changed since the form was opened is sent, and nothing else: the rest may be somebody else's by now. */
function SettingsForm({ script, images }: Omit<Props, "onDeleted">) {
  const [was, setWas] = useState(() => settingsOf(script));
  const [about, setAbout] = useState({ name: script.name, description: script.description });
  const [image, setImage] = useState<string | null>(String(script.image.id));
  const [limits, setLimits] = useState<ScriptLimits>(script.limits);
  const [network, setNetwork] = useState<Network>(script.network);
  const [variables, setVariables] = useState(environmentText(script.environment));
  const [retries, setRetries] = useState<Retries>(script.retries);
  const [deadline, setDeadline] = useState(script.deadline_s);
  const [rules, setRules] = useState<QueueRules & RestrictionRules>(rulesOf(script));
  const change = useChangeScript(script.id);
  const environment = parseEnvironment(variables);

  const submit = () => {
    if (environment.error) return;
    const use = { image_id: Number(image), limits, network, environment: environment.values };
    const now = { ...about, ...use, retries, deadline_s: deadline, ...rules };
    const parts = { limits: changedFields(was.limits, limits), retries: changedFields(was.retries, retries) };
    const done = () => {
      setWas(now);
      toast("Settings saved. The next job uses them.");
    };
    change.mutate({ ...changedFields(was, now), ...parts }, { onSuccess: done });
  };
  return (
    <Form action="Save settings" sending={change} shown={SHOWN} onSubmit={submit}>
      <Card title="Settings">
        <Stack>
          <AboutFields value={about} onChange={setAbout} error={change.error} />
          <ImageField images={images} value={image} onChange={setImage} error={change.error} />
          <LimitFields limits={limits} onChange={setLimits} error={change.error} />
          <NetworkField value={network} onChange={setNetwork} local={!script.image.isolates} />
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
        </Stack>
      </Card>
      <Card title="When an attempt fails">
        <RetryFields retries={retries} onRetries={setRetries} deadline={deadline} onDeadline={setDeadline} error={change.error} />
      </Card>
      <Card title="In the queue">
        <QueueFields rules={rules} onChange={(changed) => setRules({ ...rules, ...changed })} error={change.error} />
      </Card>
      <Card title="Beside other jobs">
        <RestrictionFields rules={rules} onChange={(changed) => setRules({ ...rules, ...changed })} error={change.error} />
      </Card>
    </Form>
  );
}

function settingsOf(script: Script) {
  const { name, description, image, limits, network, environment, retries, deadline_s } = script;
  return { name, description, image_id: image.id, limits, network, environment, retries, deadline_s, ...rulesOf(script) };
}

function rulesOf(script: Script): QueueRules & RestrictionRules {
  const { priority, max_running, max_queued, restriction, restriction_key, restriction_wait } = script;
  return { priority, max_running, max_queued, restriction, restriction_key, restriction_wait };
}

type LimitProps = { limits: ScriptLimits; onChange: (limits: ScriptLimits) => void; error: Error | null };

function LimitFields({ limits, onChange, error }: LimitProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {LIMITS.map(([field, label]) => (
        <NumberField
          key={field}
          label={label}
          value={limits[field]}
          onChange={(value) => onChange({ ...limits, [field]: value ?? 0 })}
          error={fieldError(error, `limits.${field}`)}
          min={0}
          step={field === "cpus" ? 0.5 : 1}
          allowDecimal={field === "cpus"}
        />
      ))}
    </SimpleGrid>
  );
}

type NetworkProps = { value: Network; onChange: (network: Network) => void; local: boolean };

function NetworkField({ value, onChange, local }: NetworkProps) {
  return (
    <Radio.Group label="Network" value={value} onChange={(next) => onChange(next as Network)}>
      <Stack gap="xs" mt={4}>
        {Object.entries(local ? LOCAL_NETWORKS : NETWORKS).map(([name, meaning]) => (
          <Radio key={name} value={name} label={name} description={meaning} />
        ))}
      </Stack>
    </Radio.Group>
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
