/** All images: state, what is on them. */
import { useSuspenseQuery } from "@tanstack/react-query";
import type { Image } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ImageStatusPill } from "@/blocks/status";
import { bytes, plural } from "@/lib/format";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { imagesQuery } from "./api";

export function ImageList() {
  const { data } = useSuspenseQuery(imagesQuery);
  if (data.items.length === 0) return <NoImages />;
  return (
    <Rows label="Images">
      {data.items.map((image) => (
        <Row
          key={image.id}
          to={paths.image(image.id)}
          name={image.name}
          note={note(image)}
          side={
            <>
              <span>{usedBy(image)}</span>
              {image.built && (
                <span>
                  {`Python ${image.built.python}, ${bytes(image.built.size_bytes)}, built `}
                  <Time at={image.built.finished_at} />
                </span>
              )}
              <ImageStatusPill status={image.status} />
            </>
          }
        />
      ))}
    </Rows>
  );
}

/** What it is for; and why it has failed, since that wants somebody. */
function note({ description, status, last_build: last }: Image): string {
  const reason = status === "failed" && last?.reason ? last.reason : "";
  return [description, reason].filter(Boolean).join(" · ") || (status === "dormant" ? "Not built yet." : "");
}

function usedBy(image: Image): string {
  return image.scripts.length ? `used by ${plural(image.scripts.length, "script")}` : "not used yet";
}

function NoImages() {
  return (
    <EmptyState title="No image yet" action={<LinkButton to={paths.newImage()}>New image</LinkButton>}>
      An image says what your scripts run in: a Python version and the packages they need. Make one, build it, then write a
      script on it.
    </EmptyState>
  );
}
