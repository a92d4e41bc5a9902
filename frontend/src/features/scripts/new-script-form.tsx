/** A new script: its name and the image it runs on. */
import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Image, Script } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { LinkButton, TextLink } from "@/ui/link-button";
import { Notice } from "@/ui/notice";
import { useCreateScript } from "./api";

const MAIN = `"""What this script does, in one sentence."""

import sys


def main(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "world"
    print(f"Hello, {name}!")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
`;

type Props = { images: Image[]; imageId: number | null; onMade: (script: Script) => void };

export function NewScriptForm({ images, imageId, onMade }: Props) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [image, setImage] = useState<string | null>(String(imageId ?? firstReady(images)?.id ?? ""));
  const create = useCreateScript();
  if (images.length === 0) return <NeedsImage />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const files = [{ path: "main.py", content: MAIN }];
    create.mutate({ name, description, image_id: Number(image), files }, { onSuccess: onMade });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={560}>
        <TextInput
          label="Name"
          placeholder="nightly-report"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(create.error, "name")}
          data-autofocus
          required
        />
        <TextInput
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={fieldError(create.error, "description")}
        />
        <Select
          label="Image"
          description="What the script runs in. It can be changed later."
          data={images.map((one) => ({ value: String(one.id), label: `${one.name} (${one.status})` }))}
          value={image}
          onChange={setImage}
          error={fieldError(create.error, "image_id")}
          allowDeselect={false}
          searchable
          required
        />
        <ErrorAlert error={create.error} hide={["name", "description", "image_id"]} />
        <Group>
          <Button type="submit" loading={create.isPending}>
            Create script
          </Button>
          <LinkButton to={paths.scripts()} variant="default">
            Cancel
          </LinkButton>
        </Group>
      </Stack>
    </form>
  );
}

function firstReady(images: Image[]): Image | undefined {
  return images.find((image) => image.status === "ready") ?? images[0];
}

function NeedsImage() {
  return (
    <Notice tone="info" title="A script needs an image">
      There is none yet. <TextLink to={paths.newImage()}>Make an image first</TextLink>: it takes a name and a minute.
    </Notice>
  );
}
