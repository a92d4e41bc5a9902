/** Starts a job from the editor: arguments, options, the button, and what stands in the way. */
import { Button, Group, Text, TextInput, Tooltip, type ButtonProps } from "@mantine/core";
import { Play } from "lucide-react";
import type { Script } from "@/api/types";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { TooMany } from "@/ui/too-many";
import { isRestricted, RunOptions } from "./run-options";
import type { Workbench } from "./use-workbench";

type Props = { bench: Workbench; script: Script };

export function RunBar({ bench, script }: Props) {
  return (
    <Group gap="xs" align="flex-start">
      <ArgumentsField bench={bench} aria-label="Arguments" style={{ flex: "1 1 12rem" }} />
      <RunOptions script={script} wishes={bench.wishes} onChange={bench.setWishes} error={bench.running.error} />
      <RunButton bench={bench} onClick={() => void bench.run()} />
    </Group>
  );
}

type FieldProps = { bench: Workbench; label?: string; "aria-label"?: string; style?: { flex: string } };

export function ArgumentsField({ bench, ...rest }: FieldProps) {
  return (
    <TextInput
      {...rest}
      placeholder="Arguments, as on a command line"
      value={bench.line}
      onChange={(event) => bench.setLine(event.currentTarget.value)}
      error={bench.lineError}
      spellCheck={false}
      autoCapitalize="none"
      autoComplete="off"
      styles={{ input: { fontFamily: "var(--sc-mono)" } }}
    />
  );
}

type RunProps = { bench: Workbench; size?: ButtonProps["size"]; onClick: () => void };

export function RunButton({ bench, size, onClick }: RunProps) {
  return (
    <Tooltip multiline w={240} label="Runs what stands in the editor; what others and schedules run stays. Ctrl-Enter">
      <Button
        size={size}
        leftSection={<Play size={16} />}
        loading={bench.running.isPending || bench.drafting.isPending}
        onClick={onClick}
        style={{ flex: "none" }}
      >
        Run
      </Button>
    </Tooltip>
  );
}

/** Why there is no new job, where a notice in the corner would be too little. */
export function RunTroubles({ bench }: { bench: Workbench }) {
  const { error } = bench.running;
  return (
    <>
      <ErrorAlert error={bench.drafting.error} />
      {isRestricted(error) && (
        <Notice tone="warn" role="alert" title="Not started">
          <Text size="sm">{error.message} Try again when that has ended, or say under Options why it has to run beside it.</Text>
        </Notice>
      )}
      <TooMany sending={bench.running} onAgain={() => void bench.run()} />
    </>
  );
}
