/** Name, description and build limits of an image, and its end. */
import { Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Image } from "@/api/types";
import { listed } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { toast } from "@/ui/toast";
import { useChangeImage, useDeleteImage, type ImageChange } from "./api";

export function ImageSettings({ image, onDeleted }: { image: Image; onDeleted: () => void }) {
  return (
    <Stack maw={640}>
      <SettingsForm image={image} />
      <DeleteCard image={image} onDeleted={onDeleted} />
    </Stack>
  );
}

function SettingsForm({ image }: { image: Image }) {
  const [name, setName] = useState(image.name);
  const [description, setDescription] = useState(image.description);
  const [memory, setMemory] = useState<number | string>(image.limits.memory_mb);
  const [time, setTime] = useState<number | string>(image.limits.time_limit_s);
  const change = useChangeImage(image.id);
  const locked = image.status === "building" || image.status === "ready";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const limits = { memory_mb: Number(memory), time_limit_s: Number(time) };
    const body: ImageChange = locked ? { name, description } : { name, description, limits };
    change.mutate(body, { onSuccess: () => toast("Settings saved.") });
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
          <Group grow align="flex-start">
            <NumberInput
              label="Memory of a build (MB)"
              value={memory}
              onChange={setMemory}
              disabled={locked}
              error={fieldError(change.error, "limits.memory_mb")}
              min={1}
              allowDecimal={false}
            />
            <NumberInput
              label="Time limit of a build (seconds)"
              value={time}
              onChange={setTime}
              disabled={locked}
              error={fieldError(change.error, "limits.time_limit_s")}
              min={1}
              allowDecimal={false}
            />
          </Group>
          {locked && (
            <Text size="sm" c="dimmed">
              The limits can be changed while the image is dormant or failed.
            </Text>
          )}
          <ErrorAlert error={change.error} hide={["name", "description", "limits.memory_mb", "limits.time_limit_s"]} />
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

function DeleteCard({ image, onDeleted }: { image: Image; onDeleted: () => void }) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteImage(image.id);
  const done = () => {
    toast(`Deleted ${image.name}.`);
    onDeleted();
  };
  return (
    <Card title="Delete">
      <Text size="sm" mb="sm">
        Removes the image, its files, its builds and their logs.
        {image.scripts.length > 0 &&
          ` Not possible while scripts are on it: ${listed(image.scripts.map((script) => script.name))}.`}
      </Text>
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        Delete image
      </Button>
      <Confirm
        opened={asking}
        title={`Delete ${image.name}?`}
        action="Delete for good"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
      >
        Its files, all its builds, their logs and the built image are deleted. This cannot be undone.
      </Confirm>
    </Card>
  );
}
