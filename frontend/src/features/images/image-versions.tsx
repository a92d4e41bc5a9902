/** The history of an image's files: who saved what, any two compared, an earlier one brought back. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Image, ImageVersion } from "@/api/types";
import { FilesDiff } from "@/blocks/diff/files-diff";
import { VersionPair, type Pair } from "@/blocks/diff/version-pair";
import { BuildStatusPill } from "@/blocks/status";
import { plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { Above, Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { toast } from "@/ui/toast";
import { useRestoreVersion, versionQuery, versionsQuery } from "./api";

type Props = { image: Image; pair: Pair | null; onPair: (pair: Pair | null) => void; onRestored: () => void };

export function ImageVersions({ image, pair, onPair, onRestored }: Props) {
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(versionsQuery(image.id));
  const versions = data.pages.flatMap((page) => page.items);
  const [restoring, setRestoring] = useState<ImageVersion | null>(null);
  const newest = versions[0]?.number ?? 1;
  return (
    <Stack>
      {pair && <Comparison image={image} versions={versions} pair={pair} onPair={onPair} />}
      <Rows label="Versions">
        {versions.map((version) => (
          <Row
            key={version.id}
            name={`Version ${version.number}${version.current ? " (now)" : ""}`}
            note={<Note version={version} />}
            side={
              <>
                {version.builds[0] && <LastBuild version={version} />}
                <Time at={version.created_at} />
                <Above>
                  <Group gap="xs">
                    {versions.length > 1 && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={version.current ? "Compare with the version before" : `Compare version ${version.number} with the newest`}
                        onClick={() => onPair(version.current ? { before: newest - 1, after: newest } : { before: version.number, after: newest })}
                      >
                        Compare
                      </Button>
                    )}
                    {!version.current && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Restore version ${version.number}`}
                        onClick={() => setRestoring(version)}
                      >
                        Restore
                      </Button>
                    )}
                  </Group>
                </Above>
              </>
            }
          />
        ))}
      </Rows>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()} style={{ alignSelf: "center" }}>
          Older versions
        </Button>
      )}
      {restoring && <Restore image={image} version={restoring} onClose={() => setRestoring(null)} onRestored={onRestored} />}
    </Stack>
  );
}

function Note({ version }: { version: ImageVersion }) {
  const parts = [version.message, version.author?.name, plural(version.files.length, "file")];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}

function LastBuild({ version: { builds } }: { version: ImageVersion }) {
  const last = builds[0];
  if (!last) return null;
  return (
    <span>
      build {last.number} <BuildStatusPill status={last.status} />
    </span>
  );
}

type ComparisonProps = { image: Image; versions: ImageVersion[]; pair: Pair; onPair: (pair: Pair | null) => void };

function Comparison({ image, versions, pair, onPair }: ComparisonProps) {
  const before = useQuery(versionQuery(image.id, pair.before));
  const after = useQuery(versionQuery(image.id, pair.after));
  return (
    <Card title="Compare versions">
      <VersionPair versions={versions} pair={pair} onPair={onPair} onClose={() => onPair(null)} />
      <ErrorAlert error={before.error ?? after.error} />
      {before.data && after.data && (
        <FilesDiff
          key={`${pair.before} ${pair.after}`}
          before={before.data.items}
          after={after.data.items}
          labels={{ before: `Version ${pair.before}`, after: `Version ${pair.after}` }}
        />
      )}
    </Card>
  );
}

type RestoreProps = { image: Image; version: ImageVersion; onClose: () => void; onRestored: () => void };

function Restore({ image, version, onClose, onRestored }: RestoreProps) {
  const restore = useRestoreVersion(image.id);
  const done = () => {
    toast(`The files are those of version ${version.number} again. Build the image to use them.`);
    onClose();
    onRestored();
  };
  return (
    <Confirm
      opened
      danger={false}
      title={`Restore version ${version.number}?`}
      action="Restore"
      busy={restore.isPending}
      error={restore.error}
      onConfirm={() => restore.mutate(version.number, { onSuccess: done })}
      onClose={onClose}
    >
      <Text size="sm">
        The files of version {version.number} become the image’s files, as a new version: nothing is lost, and what is there now can be
        restored in the same way. Scripts notice nothing until the image is built.
      </Text>
    </Confirm>
  );
}
