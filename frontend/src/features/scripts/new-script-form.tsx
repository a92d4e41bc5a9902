/** A new script: its name and the image it runs on. */
import { Box } from "@mantine/core";
import { useState } from "react";
import type { Image, Script } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ABOUT_FIELDS, AboutFields } from "@/ui/about-fields";
import { Form } from "@/ui/form";
import { LinkButton, TextLink } from "@/ui/link-button";
import { Notice } from "@/ui/notice";
import { useCreateScript } from "./api";
import { ImageField } from "./image-field";

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
  const [about, setAbout] = useState({ name: "", description: "" });
  const [image, setImage] = useState<string | null>(String(imageId ?? firstReady(images)?.id ?? ""));
  const create = useCreateScript();
  if (images.length === 0) return <NeedsImage />;
  const submit = () => {
    const files = [{ path: "main.py", content: MAIN }];
    create.mutate({ ...about, image_id: Number(image), files }, { onSuccess: onMade });
  };
  const cancel = (
    <LinkButton to={paths.scripts()} variant="default">
      Cancel
    </LinkButton>
  );
  return (
    <Box maw={560}>
      <Form action="Create script" sending={create} shown={[...ABOUT_FIELDS, "image_id"]} onSubmit={submit} beside={cancel}>
        <AboutFields value={about} onChange={setAbout} error={create.error} example="nightly-report" />
        <ImageField
          images={images}
          value={image}
          onChange={setImage}
          error={create.error}
          description="What the script runs in. It can be changed later."
        />
      </Form>
    </Box>
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
