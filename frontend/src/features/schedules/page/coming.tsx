/** What a schedule will do: its next ten runs, and what the coming changes of the clocks do to them. */
import { useQuery } from "@tanstack/react-query";
import { Loader, Text } from "@mantine/core";
import type { Schedule } from "@/api/types";
import { ownZone } from "@/lib/dates";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { previewQuery, type PreviewBody } from "../api";
import { ClockChanges, Dues } from "../dues";
import classes from "../schedules.module.css";

export function Coming({ schedule }: { schedule: Schedule }) {
  const { data, error } = useQuery(previewQuery(wishOf(schedule)));
  if (!data) return error ? <ErrorAlert error={error} /> : <Loader size="sm" role="status" aria-label="Loading" />;
  return (
    <>
      <Card title="Next runs" side={<span className={classes.dim}>{schedule.zone}</span>}>
        {!schedule.enabled && <Text size="sm">It is switched off: these are the runs that it would have.</Text>}
        {data.next.length === 0 ? (
          <Text size="sm">It has ended: nothing is due any more.</Text>
        ) : (
          <Dues dues={data.next} zone={schedule.zone} label="Next runs" />
        )}
      </Card>
      <Card title="Changes of the clocks">
        <ClockChanges changes={data.changes} zone={schedule.zone} kind={schedule.kind} />
      </Card>
    </>
  );
}

function wishOf(schedule: Schedule): PreviewBody {
  const { kind, cron, zone, every_s, epoch, at, starts_at, ends_at, jitter_s, id } = schedule;
  return { kind, cron, zone, every_s, epoch, at, starts_at, ends_at, jitter_s, schedule_id: id, viewer_zone: ownZone() };
}
