/** Above the code where there is little room: Save and Run at once, and all that goes with them behind one button. */
import { ActionIcon, Checkbox, Group, Indicator, Popover, Stack } from "@mantine/core";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import type { Script } from "@/api/types";
import { ArgumentsField, RunButton } from "./run-bar";
import { isOfOptions, WishFields, wishWords } from "./run-options";
import { MessageField, SaveButton, SavedState } from "./save-bar";
import type { Workbench } from "./use-workbench";

type Props = { bench: Workbench; script: Script };

export function PhoneBar({ bench, script }: Props) {
  const [open, setOpen] = useState(false);
  // What keeps it from running stands in there.
  const run = () => (bench.lineError ? setOpen(true) : void bench.run());
  return (
    <Group gap="xs" style={{ flex: 1 }} justify="space-between" wrap="nowrap">
      <SavedState bench={bench} />
      <Group gap="xs" wrap="nowrap">
        <Popover opened={open} onChange={setOpen} position="bottom-end" withArrow shadow="md" trapFocus returnFocus width={300}>
          <Popover.Target>
            <MoreButton bench={bench} script={script} onClick={() => setOpen(!open)} />
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap="md">
              <ArgumentsField bench={bench} label="Arguments" />
              <WishFields script={script} wishes={bench.wishes} onChange={bench.setWishes} error={bench.running.error} />
              <MessageField bench={bench} label="What changed" />
              <Checkbox
                label="Lay out Python when saving"
                checked={bench.prefs.formatOnSave}
                onChange={(event) => bench.setPrefs({ ...bench.prefs, formatOnSave: event.currentTarget.checked })}
              />
            </Stack>
          </Popover.Dropdown>
        </Popover>
        <SaveButton bench={bench} size="sm" />
        <RunButton bench={bench} size="sm" onClick={run} />
      </Group>
    </Group>
  );
}

/** What is not as usual is in its name, and a dot is on it. */
function MoreButton({ bench, script, ...rest }: Props & { onClick: () => void }) {
  const set = [bench.line.trim() && "with arguments", wishWords(bench.wishes, script), bench.message && "with a message"];
  const words = set.filter(Boolean).join(", ");
  const wrong = Boolean(bench.lineError) || isOfOptions(bench.running.error);
  return (
    <Indicator disabled={!words && !wrong} color={wrong ? "red" : undefined} offset={4}>
      <ActionIcon variant="default" size={36} aria-label={words ? `Options: ${words}` : "Options"} {...rest}>
        <SlidersHorizontal size={16} />
      </ActionIcon>
    </Indicator>
  );
}
