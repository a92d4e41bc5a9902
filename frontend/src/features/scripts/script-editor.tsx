/** Where a script is written and tried: files, code, save, run, and the job's log below. */
import { ActionIcon, Box, Group, Stack, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { Job, Script } from "@/api/types";
import { FilesPane } from "@/blocks/files/files-pane";
import { LeaveDialog } from "@/blocks/files/leave-dialog";
import { useLeaveGuard } from "@/blocks/files/use-draft";
import { paths } from "@/blocks/paths";
import { useShortcuts } from "@/lib/use-shortcuts";
import { useCommands } from "@/ui/commands";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { Notice } from "@/ui/notice";
import { MergeDialog } from "./merge-dialog";
import { NewerNotice } from "./newer-notice";
import { PhoneBar } from "./phone-bar";
import { RecoveryNotice } from "./recovery-notice";
import { RunBar, RunTroubles } from "./run-bar";
import { SaveBar } from "./save-bar";
import { useWorkbench, type Workbench } from "./use-workbench";

/** Somebody wants to see this line of a traceback's file. */
export type ShowFrame = (path: string, line: number) => void;

type Props = {
  script: Script;
  active: boolean;
  onStarted: (job: Job) => void;
  /** The log of the job that was started here. */
  panel: ((showFrame: ShowFrame) => ReactNode) | null;
  onPanelClosed: () => void;
};

/** `active`: this tab is the one in front. */
export function ScriptEditor({ script, active, onStarted, panel, onPanelClosed }: Props) {
  const bench = useWorkbench(script, onStarted);
  const narrow = useMediaQuery("(max-width: 36em)", false, { getInitialValueInEffect: false });
  // What the browser keeps is offered when one comes back; only what it does not keep is worth a question.
  const blocker = useLeaveGuard(bench.handle.dirty && !bench.recovery.safe, paths.script(script.id));
  useShortcuts(active ? { s: () => void bench.save(), Enter: () => void bench.run() } : {});
  useCommands(active ? commandsOf(script, bench) : []);
  return (
    <Stack gap="sm" data-wide>
      {!script.image.usable && <Unusable script={script} />}
      <RecoveryNotice bench={bench} />
      <NewerNotice bench={bench} script={script} />
      {bench.merging === 0 && <ErrorAlert error={bench.savingError} />}
      {!narrow && <RunBar bench={bench} script={script} />}
      <RunTroubles bench={bench} />
      <FilesPane
        handle={bench.handle}
        entry={bench.entry}
        assistant={bench.assistant}
        toolbar={narrow ? <PhoneBar bench={bench} script={script} /> : <SaveBar bench={bench} />}
        panel={panel && <Panel onClose={onPanelClosed}>{panel(bench.showFrame)}</Panel>}
        tall
      />
      {bench.warnings.length > 0 && (
        <Notice tone="warn" title="Saved, but look at this">
          {bench.warnings.map((warning) => (
            <div key={warning}>{warning}</div>
          ))}
        </Notice>
      )}
      <MergeDialog bench={bench} scriptId={script.id} />
      <LeaveDialog blocker={blocker} />
    </Stack>
  );
}

function Panel({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  return (
    <Group wrap="nowrap" gap="xs" align="flex-start">
      <Box flex={1} miw={0}>
        {children}
      </Box>
      <Tooltip label="Close the log">
        <ActionIcon variant="subtle" color="gray" aria-label="Close the log" onClick={onClose}>
          <X size={16} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

function commandsOf(script: Script, bench: Workbench) {
  const group = "Script";
  return [
    { id: "script-run", label: `Run ${script.name} as it stands in the editor`, group, keys: "Mod+Enter", run: () => void bench.run() },
    { id: "script-save", label: `Save ${script.name}`, group, keys: "Mod+S", run: () => void bench.save() },
  ];
}

function Unusable({ script }: { script: Script }) {
  return (
    <Notice tone="warn" title="This script cannot run yet">
      Its image <TextLink to={paths.image(script.image.id)}>{script.image.name}</TextLink> is {script.image.status}. Build it
      first.
    </Notice>
  );
}
