/** Starts a job from the editor: arguments, options, the button, and what stands in the way. */
import { Button, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { Play } from "lucide-react";
import type { Script } from "@/api/types";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { TooMany } from "@/ui/too-many";
import { isRestricted, RunOptions } from "./run-options";
import type { Workbench } from "./use-workbench";

type Props = { bench: Workbench; script: Script };

export function RunBar({ bench, script }: Props) {
  const { error } = bench.running;
  return (
    <>
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
          style={{ flex: "1 1 12rem" }}
        />
        <RunOptions script={script} wishes={bench.wishes} onChange={bench.setWishes} error={error} />
        <Tooltip multiline w={240} label="Runs what stands in the editor; what others and schedules run stays. Ctrl-Enter">
          <Button
            leftSection={<Play size={16} />}
            loading={bench.running.isPending || bench.drafting.isPending}
            onClick={() => void bench.run()}
          >
            Run
          </Button>
        </Tooltip>
      </Group>
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
