/** What is different in a good build from the good one before it: files, packages, size, base, Python. */
import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { BuildChanges } from "@/api/types";
import { paths } from "@/blocks/paths";
import { bytes, plural, shortDigest } from "@/lib/format";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { Facts } from "@/ui/facts";
import { TextLink } from "@/ui/link-button";
import { changesQuery } from "./api";
import classes from "./changes.module.css";

const SIGNS = { added: "+", removed: "−", changed: "→" } as const;

export function BuildChangesCard({ imageId, buildId }: { imageId: number; buildId: number }) {
  const { data, error } = useQuery(changesQuery(buildId));
  if (error) return <ErrorAlert error={error} />;
  if (!data) return null;
  const { before } = data;
  return (
    <Card title={before ? `Changed since build ${before.number}` : "Changed since the last good build"}>
      {before ? (
        <Changed imageId={imageId} changes={data} />
      ) : (
        <Text size="sm" c="dimmed">
          This is the first good build: there is none to compare it with.
        </Text>
      )}
    </Card>
  );
}

function Changed({ imageId, changes }: { imageId: number; changes: BuildChanges }) {
  const { before, after, files, packages } = changes;
  const versions = before?.version && after.version && before.version !== after.version;
  const rows: [string, React.ReactNode][] = [
    ["Size", sizeChange(changes)],
    ["Python", before?.python !== after.python && `${before?.python} → ${after.python}`],
    ["Base", baseChange(changes)],
    [
      "Files",
      files.length === 0 ? (
        "the same"
      ) : (
        <Group gap="xs">
          <Entries entries={files.map((file) => ({ sign: SIGNS[file.kind], kind: file.kind, text: file.path }))} />
          {versions && (
            <TextLink to={paths.compareImageVersions(imageId, before.version as number, after.version as number)} size="sm">
              Compare
            </TextLink>
          )}
        </Group>
      ),
    ],
    ["Packages", packages === null ? "not known of one of the two builds" : <Packages packages={packages} />],
  ];
  return <Facts items={rows} />;
}

function Packages({ packages }: { packages: NonNullable<BuildChanges["packages"]> }) {
  if (packages.length === 0) return <>the same</>;
  const entries = packages.map((one) => ({
    sign: SIGNS[one.kind],
    kind: one.kind,
    text: one.kind === "changed" ? `${one.name} ${one.before} → ${one.after}` : `${one.name} ${one.after ?? one.before}`,
  }));
  return (
    <Stack gap={2}>
      <Entries entries={entries.slice(0, MOST)} />
      {entries.length > MOST && (
        <Text size="sm" c="dimmed">
          and {plural(entries.length - MOST, "more", "more")}
        </Text>
      )}
    </Stack>
  );
}

const MOST = 30;

function Entries({ entries }: { entries: { sign: string; kind: string; text: string }[] }) {
  return (
    <ul className={classes.entries}>
      {entries.map(({ sign, kind, text }) => (
        <li key={text} data-kind={kind}>
          <span role="img" aria-label={kind}>
            {sign}
          </span>
          {text}
        </li>
      ))}
    </ul>
  );
}

function sizeChange({ before, after }: BuildChanges): string {
  if (!before || before.size_bytes === null || after.size_bytes === null) return "not known";
  const more = after.size_bytes - before.size_bytes;
  const now = bytes(after.size_bytes);
  return more === 0 ? `${now}, the same` : `${now}, ${bytes(Math.abs(more))} ${more > 0 ? "more" : "less"}`;
}

function baseChange({ before, after }: BuildChanges): string | false {
  if (!before?.base_digest || !after.base_digest) return false;
  if (before.base_digest === after.base_digest) return `${after.base}, the same`;
  const [was, now] = [before.base_digest, after.base_digest].map(shortDigest);
  return before.base === after.base ? `${after.base}, another one: ${was} → ${now}` : `${before.base} → ${after.base}`;
}
