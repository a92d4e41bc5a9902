/** The button that stops all schedules at once, and asks why. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Pause as PauseIcon } from "lucide-react";
import { useState, type FormEvent } from "react";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { pauseQuery, usePauseAll } from "./api";

/** Nothing while they are paused: the banner has the way back. */
export function PauseAll() {
  const { data } = useQuery(pauseQuery);
  const [asking, setAsking] = useState(false);
  if (!data || data.pause) return null;
  return (
    <>
      <Button variant="default" leftSection={<PauseIcon size={16} />} onClick={() => setAsking(true)}>
        Pause all
      </Button>
      {asking && <PauseDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function PauseDialog({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const pause = usePauseAll();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate(reason.trim(), { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title="Pause all schedules?" centered>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            From this second on no schedule starts a job. What comes due is skipped and not made up for by itself; jobs that run go
            on, and scripts can still be run by hand.
          </Text>
          <TextInput
            label="Why"
            description="Everybody who wonders sees it, and it stands in the ledger."
            placeholder="The database moves."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={fieldError(pause.error, "reason")}
            data-autofocus
          />
          <ErrorAlert error={pause.error} hide={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={pause.isPending}>
              Pause all schedules
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
