/** A new image: a name, and the packages to begin with. */
import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Image, NewFile } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { LinkButton } from "@/ui/link-button";
import { useCreateImage } from "./api";

const DOCKERFILE = `FROM python:3.11-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
`;

/** Without packages the server's own starter files are right. */
function starter(packages: string): NewFile[] | undefined {
  if (!packages.trim()) return undefined;
  return [
    { path: "Dockerfile", content: DOCKERFILE },
    { path: "requirements.txt", content: `${packages.trim()}\n` },
  ];
}

export function NewImageForm({ onMade }: { onMade: (image: Image) => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [packages, setPackages] = useState("");
  const create = useCreateImage();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, description, files: starter(packages) }, { onSuccess: onMade });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={560}>
        <TextInput
          label="Name"
          placeholder="data-tools"
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
        <Textarea
          label="Packages"
          description="One a line, as in requirements.txt. Everything can be changed before the image is built."
          placeholder={"requests==2.32.3\nopenpyxl"}
          value={packages}
          onChange={(event) => setPackages(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={14}
          styles={{ input: { fontFamily: "var(--sc-mono)" } }}
          spellCheck={false}
        />
        <ErrorAlert error={create.error} hide={["name", "description"]} />
        <Group>
          <Button type="submit" loading={create.isPending}>
            Create image
          </Button>
          <LinkButton to={paths.images()} variant="default">
            Cancel
          </LinkButton>
        </Group>
      </Stack>
    </form>
  );
}
