/** Where a script is written and tried: files, code, save, run, and the job's log below. */
import { Button, Group, Kbd, Stack, Text, TextInput } from "@mantine/core";
import { Play, Save } from "lucide-react";
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
      <RunBar bench={bench} />
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

function RunBar({ bench }: { bench: Workbench }) {
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        aria-label="Arguments"
        placeholder="Arguments, as on a command line"
        value={bench.line}
        onChange={(event) => bench.setLine(event.currentTarget.value)}
        error={bench.lineError}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: "var(--sc-mono)" } }}
        style={{ flex: 1, minWidth: "10rem" }}
      />
      <Button leftSection={<Play size={16} />} loading={bench.running.isPending} onClick={() => void bench.run()}>
        Run
      </Button>
      <Text size="xs" c="dimmed" visibleFrom="md" mt={9}>
        Saves and runs: <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>. Leave the editor with <Kbd size="xs">Esc</Kbd>{" "}
        <Kbd size="xs">Tab</Kbd>.
      </Text>
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
