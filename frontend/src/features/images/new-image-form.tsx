/** A new image: something to start from, a name, and the packages. */
import { Code, Stack, Textarea } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Image, ImageTemplate } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Form } from "@/ui/form";
import { LinkButton } from "@/ui/link-button";
import { templatesQuery, useCreateImage } from "./api";
import { packagesOf, withPackages } from "./template-files";
import { Templates } from "./templates";
import classes from "./templates.module.css";

type Props = { wanted: string | null; onTemplate: (key: string) => void; onMade: (image: Image) => void };

export function NewImageForm({ wanted, onTemplate, onMade }: Props) {
  const { data } = useSuspenseQuery(templatesQuery);
  const template = data.items.find(({ key }) => key === wanted) ?? data.items[0];
  const [about, setAbout] = useState({ name: "", description: "" });
  /** What was typed; as long as nothing was, the template's own packages. */
  const [typed, setTyped] = useState<string | null>(null);
  const create = useCreateImage();
  if (!template) return null;
  const packages = typed ?? packagesOf(template.files);
  const submit = () => create.mutate({ ...about, files: withPackages(template.files, packages) }, { onSuccess: onMade });
  const choose = (next: ImageTemplate) => {
    setTyped(null);
    onTemplate(next.key);
  };
  const cancel = (
    <LinkButton to={paths.images()} variant="default">
      Cancel
    </LinkButton>
  );
  return (
    <div className={classes.form}>
      <Form action="Create image" sending={create} shown={ABOUT_FIELDS} onSubmit={submit} beside={cancel}>
        <Templates templates={data.items} chosen={template.key} onChoose={choose} />
        <div className={classes.columns}>
          <Stack>
            <AboutFields value={about} onChange={setAbout} error={create.error} example="data-tools" />
            <Textarea
              label="Packages"
              description="One a line, as in requirements.txt."
              placeholder={"requests==2.32.3\nopenpyxl~=3.1"}
              value={packages}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autosize
              minRows={4}
              maxRows={14}
              styles={{ input: { fontFamily: "var(--sc-mono)" } }}
              spellCheck={false}
            />
          </Stack>
          <Preview template={template} />
        </div>
      </Form>
    </div>
  );
}

function Preview({ template }: { template: ImageTemplate }) {
  const dockerfile = template.files.find(({ path }) => path === "Dockerfile");
  return (
    <figure className={classes.preview}>
      <figcaption>Its Dockerfile, to be changed as you like</figcaption>
      <Code block tabIndex={0} aria-label="Dockerfile of the template">
        {dockerfile?.content}
      </Code>
    </figure>
  );
}
