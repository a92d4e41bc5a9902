/** All images: state, what is on them. */
import { useSuspenseQuery } from "@tanstack/react-query";
import type { Image } from "@/api/types";
import { paths } from "@/blocks/paths";
import { ImageStatusPill } from "@/blocks/status";
import { plural } from "@/lib/format";
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
          note={image.description || usedBy(image)}
          side={
            <>
              {image.description && <span>{usedBy(image)}</span>}
              {image.built && (
                <span>
                  {image.built.python && `Python ${image.built.python}, `}built <Time at={image.built.finished_at} />
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
