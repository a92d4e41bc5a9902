/** All versions of a script: read one, compare two, bring one back, run an old one. */
import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { Job, Script, Version } from "@/api/types";
import { FilesDiff } from "@/blocks/diff/files-diff";
import { VersionPair, type Pair } from "@/blocks/diff/version-pair";
import { paths } from "@/blocks/paths";
import { plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { LinkButton } from "@/ui/link-button";
import { Above, Row, Rows } from "@/ui/rows";
import { Tag } from "@/ui/tag";
import { Time } from "@/ui/time";
import { versionQuery, versionsQuery } from "./api";
import { OneVersion } from "./one-version";
import classes from "./scripts.module.css";
import { useVersionDeeds } from "./use-version-deeds";

/** What the address says: one version to read, or two to compare. */
export type Chosen = { version: number | null; against: number | null };

type Props = { script: Script; chosen: Chosen; onChoose: (chosen: Chosen) => void; onStarted: (job: Job) => void };

export function Versions({ script, chosen, onChoose, onStarted }: Props) {
  const [drafts, setDrafts] = useState(false);
  // The list stays as it is until the other one is there.
  const wanted = useDeferredValue(drafts);
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(versionsQuery(script.id, wanted));
  const [asking, setAsking] = useState<Version | null>(null);
  const deeds = useVersionDeeds(script, onStarted);
  const shown = data.pages.flatMap((page) => page.items);
  const { version, against } = chosen;
  const close = () => onChoose({ version: null, against: null });
  return (
    <Stack>
      {version !== null && against === null && <OneVersion key={version} scriptId={script.id} number={version} onClose={close} />}
      {version !== null && against !== null && (
        <Comparison
          scriptId={script.id}
          versions={shown}
          pair={{ before: against, after: version }}
          onPair={(pair) => onChoose({ version: pair.after, against: pair.before })}
          onClose={close}
        />
      )}
      <Checkbox
        label="Also what was only tried"
        description="Each run of what was not saved keeps a version, which only that run uses."
        checked={drafts}
        onChange={(event) => setDrafts(event.currentTarget.checked)}
      />
      <Rows label="Versions">
        {shown.map((one) => (
          <Row
            key={one.id}
            current={one.number === version || one.number === against}
            name={<Name version={one} live={script.version.number} />}
            note={<VersionNote version={one} />}
            side={
              <>
                <Time at={one.created_at} />
                <Above>
                  <Deeds
                    script={script}
                    version={one}
                    before={shown[shown.indexOf(one) + 1]?.number ?? null}
                    deeds={deeds}
                    onRestore={() => setAsking(one)}
                    onChoose={onChoose}
                  />
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
      {asking && <Restore script={script} version={asking} deeds={deeds} onClose={() => setAsking(null)} />}
    </Stack>
  );
}

function Name({ version, live }: { version: Version; live: number }) {
  return (
    <Group component="span" gap="xs" display="inline-flex">
      Version {version.number}
      {version.number === live && <Tag title="What schedules and others run">live</Tag>}
      {version.draft && <Tag>only tried</Tag>}
    </Group>
  );
}

function VersionNote({ version }: { version: Version }) {
  const parts = [version.message, version.author?.name, plural(version.files.length, "file")];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}

type DeedsProps = {
  script: Script;
  version: Version;
  /** The version below it in the list. */
  before: number | null;
  deeds: ReturnType<typeof useVersionDeeds>;
  onRestore: () => void;
  onChoose: (chosen: Chosen) => void;
};

function Deeds({ script, version: { number }, before, deeds, onRestore, onChoose }: DeedsProps) {
  const live = script.version.number;
  const button = { size: "compact-sm", variant: "default" } as const;
  return (
    <span className={classes.versionDeeds}>
      <Button {...button} aria-label={`View version ${number}`} onClick={() => onChoose({ version: number, against: null })}>
        View
      </Button>
      {before !== null && (
        <Button {...button} aria-label={`What changed in version ${number}`} onClick={() => onChoose({ version: number, against: before })}>
          What changed
        </Button>
      )}
      {number !== live && (
        <>
          <Button
            {...button}
            aria-label={`Compare with live: version ${number}`}
            onClick={() => onChoose({ version: Math.max(number, live), against: Math.min(number, live) })}
          >
            Compare with live
          </Button>
          <Button {...button} aria-label={`Restore version ${number}`} onClick={onRestore}>
            Restore
          </Button>
        </>
      )}
      <Button {...button} aria-label={`Run version ${number}`} onClick={() => deeds.run(number)}>
        Run
      </Button>
      <LinkButton {...button} to={paths.jobs({ script_id: script.id, version: number })} aria-label={`Jobs of version ${number}`}>
        Jobs
      </LinkButton>
    </span>
  );
}

type RestoreProps = { script: Script; version: Version; deeds: ReturnType<typeof useVersionDeeds>; onClose: () => void };

function Restore({ script, version: { number }, deeds, onClose }: RestoreProps) {
  return (
    <Confirm
      opened
      danger={false}
      title={`Restore version ${number}?`}
      action="Restore"
      busy={deeds.restoring}
      error={deeds.error}
      onConfirm={() => deeds.restore(number, onClose)}
      onClose={() => {
        deeds.forget();
        onClose();
      }}
    >
      <Text size="sm">
        The files of version {number} become a new version, which schedules and others run from then on. Nothing is lost: version{" "}
        {script.version.number}, which they run now, can be restored in the same way.
      </Text>
    </Confirm>
  );
}

type ComparisonProps = { scriptId: number; versions: Version[]; pair: Pair; onPair: (pair: Pair) => void; onClose: () => void };

function Comparison({ scriptId, versions, pair, onPair, onClose }: ComparisonProps) {
  const { before, after } = pair;
  const [one, other] = [useQuery(versionQuery(scriptId, before)), useQuery(versionQuery(scriptId, after))];
  return (
    <Card title="Compare versions">
      <VersionPair versions={versions} pair={pair} onPair={onPair} onClose={onClose} />
      <ErrorAlert error={one.error ?? other.error} />
      {one.data && other.data && (
        <FilesDiff
          key={`${before} ${after}`}
          before={one.data.files}
          after={other.data.files}
          labels={{ before: `Version ${before}`, after: `Version ${after}` }}
        />
      )}
    </Card>
  );
}
