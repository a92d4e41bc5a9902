/** What stands above every page that shows schedules: all of them are paused, or the clock is late. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Notice } from "@/ui/notice";
import { Time } from "@/ui/time";
import { toast, toastError } from "@/ui/toast";
import { healthQuery, pauseQuery, useResumeAll, type ClockHealth, type Pause } from "./api";

export function ScheduleBanners() {
  const { data: paused } = useQuery(pauseQuery);
  const { data: health } = useQuery(healthQuery);
  const late = health !== undefined && (health.late_since !== null || health.overdue > 0);
  if (!paused?.pause && !late) return null;
  return (
    <Stack gap="xs" mb="md">
      {paused?.pause && <PausedBanner pause={paused.pause} />}
      {health && late && <ClockBanner health={health} />}
    </Stack>
  );
}

function PausedBanner({ pause }: { pause: Pause }) {
  const resume = useResumeAll();
  const done = () => toast("Schedules start jobs again.");
  return (
    <Notice tone="warn" title="All schedules are paused">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {pause.paused_by ? `By ${pause.paused_by.name}, ` : "Since "}
          <Time at={pause.since} />
          {pause.reason ? `: ${pause.reason}` : ". No reason was given."} What comes due meanwhile is skipped, and the ledger says so.
        </Text>
        <Button variant="default" size="compact-sm" loading={resume.isPending} onClick={() => resume.mutate(undefined, { onSuccess: done, onError: toastError })}>
          Resume all
        </Button>
      </Group>
    </Notice>
  );
}

function ClockBanner({ health }: { health: ClockHealth }) {
  return (
    <Notice tone="warn" title={health.trouble ?? ""}>
      <Text size="sm">
        Schedules may start late until it ticks again; nothing that comes due is lost. See whether <code>scripter clock</code> and a{" "}
        <code>scripter worker</code> are running, and what they have printed last.
      </Text>
    </Notice>
  );
}
