/** Where a script is written and tried: files, code, save, run, and the job's log below. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { Save } from "lucide-react";
import type { ReactNode } from "react";
import type { Job, Script } from "@/api/types";
import { FilesPane } from "@/blocks/files/files-pane";
import { LeaveDialog } from "@/blocks/files/leave-dialog";
import { useLeaveGuard } from "@/blocks/files/use-draft";
import { paths } from "@/blocks/paths";
import { useShortcuts } from "@/lib/use-shortcuts";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { Notice } from "@/ui/notice";
import { ConflictDialog } from "./conflict-dialog";
import { RunBar } from "./run-bar";
import { useWorkbench, type Workbench } from "./use-workbench";

type Props = { script: Script; active: boolean; onStarted: (job: Job) => void; children?: ReactNode };

/** `children` is the log of the job that was started here. `active`: this tab is the one in front. */
export function ScriptEditor({ script, active, onStarted, children }: Props) {
  const bench = useWorkbench(script, onStarted);
  const blocker = useLeaveGuard(bench.handle.dirty, paths.script(script.id));
  useShortcuts(active ? { s: () => void bench.save(), Enter: () => void bench.run() } : {});
  return (
    <Stack gap="sm">
      {!script.image.usable && <Unusable script={script} />}
      {!bench.conflict && <ErrorAlert error={bench.saving.error} />}
      <FilesPane handle={bench.handle} entry={bench.entry} toolbar={<SaveBar bench={bench} />} short={Boolean(children)} />
      {bench.warnings.length > 0 && (
        <Notice tone="warn" title="Saved, but look at this">
          {bench.warnings.map((warning) => (
            <div key={warning}>{warning}</div>
          ))}
        </Notice>
      )}
      <RunBar bench={bench} usual={script.priority} />
      {children}
      <ConflictDialog bench={bench} scriptId={script.id} />
      <LeaveDialog blocker={blocker} />
    </Stack>
  );
}

function SaveBar({ bench }: { bench: Workbench }) {
  const { handle, base, message, setMessage, saving } = bench;
  return (
    <Group gap="xs" style={{ flex: 1 }} justify="space-between" wrap="nowrap">
      <Text size="sm" c="dimmed" role="status" style={{ whiteSpace: "nowrap" }}>
        {handle.dirty ? "Not saved yet" : `Version ${base}`}
      </Text>
      <Group gap="xs" wrap="nowrap" style={{ flex: 1 }} justify="flex-end">
        <TextInput
          size="xs"
          aria-label="What changed"
          placeholder="What changed? (optional)"
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
          maxLength={200}
          style={{ flex: "0 1 16rem" }}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<Save size={14} />}
          disabled={!handle.dirty}
          loading={saving.isPending}
          onClick={() => void bench.save()}
          style={{ flex: "none" }}
        >
          Save
        </Button>
      </Group>
    </Group>
  );
}

function Unusable({ script }: { script: Script }) {
  return (
    <Notice tone="warn" title="This script cannot run yet">
      Its image <TextLink to={paths.image(script.image.id)}>{script.image.name}</TextLink> is {script.image.status}. Build it
      first.
    </Notice>
  );
}
