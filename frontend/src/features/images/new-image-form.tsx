/** A new image: a name, and the packages to begin with. */
import { Box, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Image, NewFile } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Form } from "@/ui/form";
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
  const [about, setAbout] = useState({ name: "", description: "" });
  const [packages, setPackages] = useState("");
  const create = useCreateImage();
  const submit = () => create.mutate({ ...about, files: starter(packages) }, { onSuccess: onMade });
  const cancel = (
    <LinkButton to={paths.images()} variant="default">
      Cancel
    </LinkButton>
  );
  return (
    <Box maw={560}>
      <Form action="Create image" sending={create} shown={ABOUT_FIELDS} onSubmit={submit} beside={cancel}>
        <AboutFields value={about} onChange={setAbout} error={create.error} example="data-tools" />
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
      </Form>
    </Box>
  );
}
