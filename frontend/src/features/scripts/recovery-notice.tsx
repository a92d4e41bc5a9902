/** Work of an earlier visit that was never saved: look at it, take it back, or let it go. */
import { Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { FilesDiff } from "@/blocks/diff/files-diff";
import { Confirm } from "@/ui/confirm";
import { Notice } from "@/ui/notice";
import { Time } from "@/ui/time";
import type { Workbench } from "./use-workbench";

export function RecoveryNotice({ bench }: { bench: Workbench }) {
  const [comparing, setComparing] = useState(false);
  const [asking, setAsking] = useState(false);
  const { found, drop } = bench.recovery;
  if (!found) return null;
  const close = () => {
    setComparing(false);
    setAsking(false);
  };
  const restore = () => {
    close();
    void bench.recover(found);
  };
  const letGo = () => {
    close();
    drop(found);
  };
  const deeds = (
    <Group gap="xs">
      <Button size="compact-sm" onClick={() => (bench.handle.dirty ? setAsking(true) : restore())}>
        Restore it
      </Button>
      {!comparing && (
        <Button size="compact-sm" variant="default" onClick={() => setComparing(true)}>
          What differs
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={letGo}>
        Let it go
      </Button>
    </Group>
  );
  return (
    <Notice tone="warn" role="status">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          There is work of yours that was not saved, from <Time at={new Date(found.at).toISOString()} />, begun with version {found.base}.
        </Text>
        {deeds}
      </Group>
      <Modal opened={comparing} onClose={() => setComparing(false)} title="Work that was not saved" size="80rem">
        <FilesDiff
          before={bench.handle.draft.files}
          after={found.files}
          labels={{ before: "In the editor now", after: "Not saved" }}
        />
        <Group justify="flex-end" mt="md">
          {deeds}
        </Group>
      </Modal>
      <Confirm
        opened={asking}
        title="Put it over what you have changed since?"
        action="Restore it"
        busy={false}
        error={null}
        onConfirm={restore}
        onClose={() => setAsking(false)}
      >
        What you have changed in the editor and not saved is replaced. Save it first to keep both: the work on offer stays.
      </Confirm>
    </Notice>
  );
}
