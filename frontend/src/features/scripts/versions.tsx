/** All versions of a script; one of them open to read. */
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Script, Version } from "@/api/types";
import { CodeEditor } from "@/blocks/code-editor/code-editor";
import { plural } from "@/lib/format";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { Above, Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { versionQuery, versionsQuery } from "./api";
import classes from "./scripts.module.css";

type Props = { script: Script; selected: number | null; onSelect: (number: number | null) => void };

export function Versions({ script, selected, onSelect }: Props) {
  const { data } = useSuspenseQuery(versionsQuery(script.id));
  return (
    <Stack>
      {selected !== null && <OneVersion key={selected} scriptId={script.id} number={selected} onClose={() => onSelect(null)} />}
      <Rows label="Versions">
        {data.items.map((version) => (
          <Row
            key={version.id}
            name={`Version ${version.number}${version.number === script.version.number ? " (newest)" : ""}`}
            note={<VersionNote version={version} />}
            side={
              <>
                <Time at={version.created_at} />
                <Above>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`View version ${version.number}`}
                    onClick={() => onSelect(version.number)}
                  >
                    View
                  </Button>
                </Above>
              </>
            }
          />
        ))}
      </Rows>
    </Stack>
  );
}

function VersionNote({ version }: { version: Version }) {
  const parts = [version.message, version.author?.name, plural(version.files.length, "file")];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}

function OneVersion({ scriptId, number, onClose }: { scriptId: number; number: number; onClose: () => void }) {
  const { data, error } = useQuery(versionQuery(scriptId, number));
  const [chosen, setChosen] = useState<string | null>(null);
  if (!data) return <ErrorAlert error={error} />;
  const file = data.files.find((one) => one.path === (chosen ?? data.entry)) ?? data.files[0];
  return (
    <section className={classes.version} aria-label={`Version ${number}, read only`}>
      <Group justify="space-between" p="xs">
        <Group gap="sm">
          <Text fw={600}>Version {number}, read only</Text>
          <Select
            size="xs"
            aria-label="File"
            data={data.files.map((one) => one.path)}
            value={file?.path ?? null}
            onChange={setChosen}
            allowDeselect={false}
          />
        </Group>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
      {data.warnings.length > 0 && (
        <Notice tone="warn" m="xs">
          {data.warnings.join(" ")}
        </Notice>
      )}
      <div className={classes.code}>
        {file?.encoding === "utf-8" ? (
          <CodeEditor path={file.path} value={file.content} label={`Code of ${file.path} in version ${number}`} readOnly />
        ) : (
          <Text p="md">This file is not text.</Text>
        )}
      </div>
    </section>
  );
}
