/** One version, open to read. */
import { Button, Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CodeEditor } from "@/blocks/code-editor/code-editor";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { versionQuery } from "./api";
import classes from "./scripts.module.css";

export function OneVersion({ scriptId, number, onClose }: { scriptId: number; number: number; onClose: () => void }) {
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
