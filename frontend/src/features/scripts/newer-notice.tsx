/** Somebody else has saved while one edits: said at once, and not first when one saves. */
import { Button, Group, Text } from "@mantine/core";
import type { Script } from "@/api/types";
import { Notice } from "@/ui/notice";
import type { Workbench } from "./use-workbench";

export function NewerNotice({ bench, script }: { bench: Workbench; script: Script }) {
  const { base, handle, merging } = bench;
  const newest = script.version.number;
  if (newest <= base || merging > 0 || bench.saving.isPending) return null;
  return (
    <Notice tone="info" role="status">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          Version {newest} was saved meanwhile; you began with version {base}.
          {handle.dirty && " Saving yours lets you bring the two together."}
        </Text>
        {!handle.dirty && (
          <Button size="compact-sm" variant="default" onClick={() => void bench.load()}>
            Load version {newest}
          </Button>
        )}
      </Group>
    </Notice>
  );
}
