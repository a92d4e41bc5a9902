/** Starts a job from the editor: arguments, options, the button, and what stands in the way. */
import { Button, Group, Kbd, Popover, Text, TextInput } from "@mantine/core";
import { Play, SlidersHorizontal } from "lucide-react";
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
          style={{ flex: "1 1 15rem" }}
        />
        <Options bench={bench} usual={usual} />
        <Button leftSection={<Play size={16} />} loading={bench.running.isPending} onClick={() => void bench.run()}>
          Run
        </Button>
        <Text size="xs" c="dimmed" visibleFrom="md" mt={9}>
          Saves and runs: <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>. Leave the editor with <Kbd size="xs">Esc</Kbd>{" "}
          <Kbd size="xs">Tab</Kbd>.
        </Text>
      </Group>
      <TooMany sending={bench.running} onAgain={() => void bench.run()} />
    </>
  );
}

function Options({ bench, usual }: Props) {
  const wrong = fieldError(bench.running.error, "priority");
  return (
    <Popover position="top" withArrow trapFocus width={260}>
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
