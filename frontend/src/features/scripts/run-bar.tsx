/** Starts a job from the editor: arguments, options, the button, and what stands in the way. */
import { Button, Group, Popover, TextInput, Tooltip } from "@mantine/core";
import { Play, SlidersHorizontal } from "lucide-react";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { NumberField } from "@/ui/number-field";
import { TooMany } from "@/ui/too-many";
import type { Workbench } from "./use-workbench";

type Props = {
  bench: Workbench;
  /** The priority of the script's jobs where none is given. */
  usual: number;
};

export function RunBar({ bench, usual }: Props) {
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
        <Options bench={bench} usual={usual} />
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
      <TooMany sending={bench.running} onAgain={() => void bench.run()} />
    </>
  );
}

function Options({ bench, usual }: Props) {
  const wrong = fieldError(bench.running.error, "priority");
  return (
    <Popover position="bottom-end" withArrow trapFocus width={260}>
      <Popover.Target>
        <Button variant="default" leftSection={<SlidersHorizontal size={16} />} color={wrong ? "red" : undefined}>
          {bench.priority === null ? "Options" : `Priority ${bench.priority}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <NumberField
          label="Priority"
          description="-10 to 10. Where jobs wait, a higher one goes first."
          placeholder={`${usual}, as the script says`}
          value={bench.priority}
          onChange={bench.setPriority}
          error={wrong}
          min={-10}
          max={10}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
