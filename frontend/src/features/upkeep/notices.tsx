/** What a person must know about the installation: no isolation, no worker, no room, no clock. */
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { System } from "@/api/types";
import { Notice } from "@/ui/notice";
import { systemQuery } from "./api";

export function SystemNotices() {
  const { data } = useQuery(systemQuery);
  const notices = data ? noticesOf(data) : [];
  if (notices.length === 0) return null;
  return (
    <Stack gap="xs" mb="md">
      {notices.map(({ title, text }) => (
        <Notice key={title} tone="warn" title={title}>
          {text}
        </Notice>
      ))}
    </Stack>
  );
}

/** Pure, so that its cases are tested without a page. */
export function noticesOf(system: System): { title: string; text: string }[] {
  const { runner, workers, clock, queue, disk } = system;
  const notices = [];
  if (runner.kind && !runner.isolates) {
    const text = runner.notice ?? "Jobs run as ordinary processes of this machine and can read and change what Scripter can.";
    notices.push({ title: "Jobs are not isolated", text });
  }
  if (!workers.some((worker) => worker.alive)) {
    notices.push({ title: "No worker is running", text: "Jobs and builds wait until one is started: scripter worker." });
  }
  if (disk.shortage !== null) {
    notices.push({ title: "Too little room on the disk", text: `Jobs and builds wait: ${disk.shortage}.` });
  }
  // One that has stopped is told above everything about schedules, here too.
  if (clock.late && clock.last_tick_at === null) {
    notices.push({ title: "The clock has not ticked yet", text: "Schedules may start their jobs late until it does. Is scripter clock running?" });
  }
  if (!queue.reachable) {
    notices.push({ title: "The queue does not answer", text: "Jobs are kept and start a little later than usual." });
  }
  return notices;
}
