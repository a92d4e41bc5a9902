/** An image in two lines: what it is for, what is in use, who uses it. */
import { Fragment } from "react";
import type { Image } from "@/api/types";
import { paths } from "@/blocks/paths";
import { bytes, plural, shortDigest } from "@/lib/format";
import { TextLink } from "@/ui/link-button";
import { Time } from "@/ui/time";

/** More are counted, and listed on a tab of their own. */
const MOST = 4;

export function ImageSummary({ image }: { image: Image }) {
  const { built } = image;
  return (
    <>
      {image.description && <div>{image.description}</div>}
      <div>
        {built ? (
          <>
            In use: <span className="mono">{shortDigest(built.reference)}</span>
            {built.python && `, Python ${built.python}`}
            {built.size_bytes !== null && `, ${bytes(built.size_bytes)}`}, built <Time at={built.finished_at} />
            {image.changed_since_build && " · files changed since, build again to use them"}
          </>
        ) : (
          "No good build yet."
        )}
        {image.scripts.length > MOST && (
          <>
            {" · used by "}
            <TextLink to={paths.image(image.id, "uses")} size="sm">
              {plural(image.scripts.length, "script")}
            </TextLink>
          </>
        )}
        {image.scripts.length > 0 && image.scripts.length <= MOST && " · used by "}
        {image.scripts.length <= MOST && image.scripts.map((script, index) => (
          <Fragment key={script.id}>
            {index > 0 && ", "}
            <TextLink to={paths.script(script.id)} size="sm">
              {script.name}
            </TextLink>
          </Fragment>
        ))}
      </div>
    </>
  );
}
