/** Name, description and build limits of an image, and its end. */
import { Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Image } from "@/api/types";
import { bytes, listed, plural } from "@/lib/format";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Card } from "@/ui/card";
import { DeleteCard } from "@/ui/delete-card";
import { fieldError } from "@/ui/field-errors";
import { Form } from "@/ui/form";
import { NumberField } from "@/ui/number-field";
import { toast } from "@/ui/toast";
import { useChangeImage, useDeleteImage } from "./api";

type Props = { image: Image; onDeleted: () => void };

export function ImageSettings({ image, onDeleted }: Props) {
  return (
    <Stack maw={640}>
      <SettingsForm image={image} />
      <Delete image={image} onDeleted={onDeleted} />
    </Stack>
  );
}

const SHOWN = [...ABOUT_FIELDS, "limits.memory_mb", "limits.time_limit_s"];

function SettingsForm({ image }: { image: Image }) {
  const [about, setAbout] = useState({ name: image.name, description: image.description });
  const [memory, setMemory] = useState<number | null>(image.limits.memory_mb);
  const [time, setTime] = useState<number | null>(image.limits.time_limit_s);
  const change = useChangeImage(image.id);
  const locked = image.status === "building" || image.status === "ready";
  const submit = () => {
    const limits = { memory_mb: memory ?? 0, time_limit_s: time ?? 0 };
    change.mutate(locked ? about : { ...about, limits }, { onSuccess: () => toast("Settings saved.") });
  };
  return (
    <Card title="Settings">
      <Form action="Save settings" sending={change} shown={SHOWN} onSubmit={submit}>
        <AboutFields value={about} onChange={setAbout} error={change.error} />
        <Group grow align="flex-start">
          <NumberField
            label="Memory of a build (MB)"
            value={memory}
            onChange={setMemory}
            disabled={locked}
            error={fieldError(change.error, "limits.memory_mb")}
            min={1}
          />
          <NumberField
            label="Time limit of a build (seconds)"
            value={time}
            onChange={setTime}
            disabled={locked}
            error={fieldError(change.error, "limits.time_limit_s")}
            min={1}
          />
        </Group>
        {locked && (
          <Text size="sm" c="dimmed">
            The limits can be changed while the image is dormant or failed.
          </Text>
        )}
      </Form>
    </Card>
  );
}

function lost({ version, last_build: last, built }: Image): string {
  const parts = [version === null ? "its files" : plural(version, "version of its files", "versions of its files")];
  if (last) parts.push(`${plural(last.number, "build")} with their logs`);
  if (built) parts.push(`the built image of ${bytes(built.size_bytes)}`);
  return `Deleted are ${listed(parts)}.`;
}

function Delete({ image, onDeleted }: Props) {
  const remove = useDeleteImage(image.id);
  const users = image.scripts.map((script) => script.name);
  const about = (
    <>
      Removes the image, all versions of its files, its builds and their logs.
      {users.length > 0 && ` Not possible while scripts are on it: ${listed(users)}.`}
    </>
  );
  return (
    <DeleteCard kind="image" name={image.name} about={about} remove={remove} onDeleted={onDeleted}>
      {lost(image)} This cannot be undone.
    </DeleteCard>
  );
}
