/** Above the code: what is saved, what changed, and the button that makes a version of it. */
import { ActionIcon, Button, Group, Menu, Text, TextInput, type ButtonProps } from "@mantine/core";
import { Check, Ellipsis, Save } from "lucide-react";
import type { Workbench } from "./use-workbench";

export function SaveBar({ bench }: { bench: Workbench }) {
  return (
    <Group gap="xs" style={{ flex: 1 }} justify="space-between" wrap="nowrap">
      <SavedState bench={bench} />
      <Group gap="xs" wrap="nowrap" style={{ flex: 1 }} justify="flex-end">
        <MessageField bench={bench} size="xs" aria-label="What changed" style={{ flex: "0 1 16rem" }} />
        <SaveButton bench={bench} size="xs" />
        <Habits bench={bench} />
      </Group>
    </Group>
  );
}

export function SavedState({ bench: { handle, base } }: { bench: Workbench }) {
  return (
    <Text size="sm" c="dimmed" role="status" truncate>
      {handle.dirty ? "Not saved yet" : `Version ${base}`}
    </Text>
  );
}

type FieldProps = { bench: Workbench; size?: "xs"; label?: string; "aria-label"?: string; style?: { flex: string } };

export function MessageField({ bench: { message, setMessage }, ...rest }: FieldProps) {
  return (
    <TextInput
      {...rest}
      placeholder="What changed? (optional)"
      value={message}
      onChange={(event) => setMessage(event.currentTarget.value)}
      maxLength={200}
    />
  );
}

export function SaveButton({ bench, size }: { bench: Workbench; size: ButtonProps["size"] }) {
  return (
    <Button
      size={size}
      variant="default"
      leftSection={<Save size={14} />}
      disabled={!bench.handle.dirty}
      loading={bench.saving.isPending}
      onClick={() => void bench.save()}
      style={{ flex: "none" }}
    >
      Save
    </Button>
  );
}

/** How this person likes to work; kept in the browser. */
function Habits({ bench: { prefs, setPrefs } }: { bench: Workbench }) {
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Habits of the editor">
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          role="menuitemcheckbox"
          aria-checked={prefs.formatOnSave}
          leftSection={<Check size={14} style={{ visibility: prefs.formatOnSave ? "visible" : "hidden" }} />}
          onClick={() => setPrefs({ ...prefs, formatOnSave: !prefs.formatOnSave })}
        >
          Lay out Python when saving
        </Menu.Item>
        <Menu.Label>Lay out now: Shift-Alt-F</Menu.Label>
        <Menu.Label>Names: Ctrl-Space · Definition: F12 · Search: Ctrl-Shift-F</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
