/** All schedules, or those of one script, as a crontab file: to copy, to download, to import elsewhere. */
import { Button, Group, List, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import type { Ref } from "@/api/types";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { ErrorAlert } from "@/ui/error-alert";
import { exportQuery } from "../api";
import classes from "./crontab.module.css";

export function ExportCard({ scripts }: { scripts: Ref[] }) {
  const [script, setScript] = useState<string | null>(null);
  const { data, error } = useQuery(exportQuery(script === null ? null : Number(script)));
  return (
    <Card title="Export" side={data && <Copy text={data.text} label="Copy the crontab" />}>
      <Stack>
        <Text size="sm">
          A file that cron itself could run. What a crontab cannot say stands in comments, so that an import makes the same schedules
          again.
        </Text>
        <Group align="flex-end">
          <Select
            label="Of"
            placeholder="all scripts"
            clearable
            searchable
            data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={script}
            onChange={setScript}
            w={220}
          />
          <Button variant="default" leftSection={<Download size={16} />} disabled={!data} onClick={() => data && save(data.text)}>
            Download
          </Button>
        </Group>
        <ErrorAlert error={error} />
        {data && (
          <pre className={classes.file} tabIndex={0} aria-label="Crontab">
            {data.text}
          </pre>
        )}
        {data && data.left_out.length > 0 && (
          <List size="sm">
            {data.left_out.map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Card>
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: url, download: "crontab" }).click();
  URL.revokeObjectURL(url);
}
