/** Two people saved at once: which one counts is the reader's choice, and nothing is lost by thinking about it. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { versionsQuery } from "./api";
import type { Workbench } from "./use-workbench";

export function ConflictDialog({ bench, scriptId }: { bench: Workbench; scriptId: number }) {
  const { data } = useQuery({ ...versionsQuery(scriptId), enabled: bench.conflict });
  const newest = data?.items[0];
  const keepMine = () => newest && void bench.save(newest.number);
  return (
    <Modal opened={bench.conflict} onClose={() => bench.saving.reset()} title="Somebody saved a newer version" centered>
      <Stack>
        <Text size="sm">
          You began with version {bench.base}
          {newest && `; version ${newest.number} by ${newest.author?.name ?? "somebody"} came in between`}. Saving yours on top
          keeps both in the list of versions.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => bench.saving.reset()} data-autofocus>
            Keep editing
          </Button>
          <Button variant="default" onClick={() => void bench.takeTheirs()}>
            Load theirs, drop mine
          </Button>
          <Button onClick={keepMine} disabled={!newest} loading={bench.saving.isPending}>
            Save mine on top
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
