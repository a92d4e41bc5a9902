/** Everything a schedule says of itself: what it gives to its jobs, whose it is, and by which policies it goes. */
import { Button, Code, Stack } from "@mantine/core";
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { joinArguments } from "@/lib/arguments";
import { environmentText } from "@/lib/environment";
import { inZone } from "@/lib/zones";
import { Card } from "@/ui/card";
import { Facts } from "@/ui/facts";
import { TextLink } from "@/ui/link-button";
import { ExactTime } from "@/ui/time";
import { toast, toastError } from "@/ui/toast";
import { useTakeOver } from "../api";
import classes from "../schedules.module.css";
import { catchUpWords, graceWords, jitterWords, overlapWords, periodWords } from "../words";

type Props = { schedule: Schedule; viewer: { id: number; scopes: string[] } };

export function ScheduleFacts({ schedule, viewer }: Props) {
  const { zone, owner, environment } = schedule;
  const variables = environmentText(environment);
  return (
    <Card title="Details">
      <Facts
        items={[
          ["Script", <TextLink to={paths.script(schedule.script.id)} size="sm">{schedule.script.name}</TextLink>],
          ["Due", schedule.words],
          ["Crontab line", schedule.kind === "cron" && <Code>{schedule.cron}</Code>],
          ["Time zone", zone],
          ["Counted from", schedule.epoch && inZone(schedule.epoch, zone)],
          ["Not before", schedule.starts_at && inZone(schedule.starts_at, zone)],
          ["Not after", schedule.ends_at && inZone(schedule.ends_at, zone)],
          ["Arguments", schedule.arguments.length > 0 && <Code>{joinArguments(schedule.arguments)}</Code>],
          ["Environment", variables && <Code block>{variables}</Code>],
          ["Priority", schedule.priority],
          ["Off since", schedule.pause && <ExactTime at={schedule.pause.since} />],
          ["Switched off by", schedule.pause?.paused_by?.name],
          ["Owner", <Owner schedule={schedule} viewer={viewer} />],
          ["Made", <Made by={schedule.created_by?.name} at={schedule.created_at} owner={owner?.name} />],
          ["Changed", schedule.updated_at !== schedule.created_at && <ExactTime at={schedule.updated_at} />],
        ]}
      />
    </Card>
  );
}

function Made({ by, at, owner }: { by?: string; at: string; owner?: string }) {
  return (
    <>
      <ExactTime at={at} />
      {by && by !== owner && ` by ${by}`}
    </>
  );
}

function Owner({ schedule, viewer }: Props) {
  const take = useTakeOver(schedule.id);
  const done = () => toast("The schedule is yours now.");
  return (
    <>
      {schedule.owner?.name ?? "nobody"}{" "}
      {schedule.owner?.id !== viewer.id && viewer.scopes.includes("schedule:write") && (
        <Button size="compact-xs" variant="default" loading={take.isPending} onClick={() => take.mutate(viewer.id, { onSuccess: done, onError: toastError })}>
          Take over
        </Button>
      )}
    </>
  );
}

export function Policies({ schedule }: { schedule: Schedule }) {
  const jitter = jitterWords(schedule);
  return (
    <Card title="Policies">
      <dl className={classes.sentences}>
        <Sentence name="Beside each other" words={overlapWords(schedule)} />
        <Sentence name="After a downtime" words={catchUpWords(schedule)} />
        <Sentence name="Lateness" words={graceWords(schedule)} />
        {jitter && <Sentence name="Jitter" words={jitter} />}
        {(schedule.blackouts.length > 0 || schedule.calendars.length > 0) && (
          <div>
            <dt>Nothing starts</dt>
            <dd>
              <Stack gap={2}>
                {schedule.blackouts.map((one, index) => (
                  <span key={index}>
                    {periodWords(one, schedule.zone)}
                    {one.reason && `: ${one.reason}`}
                  </span>
                ))}
                {schedule.calendars.map((one) => (
                  <span key={one.id}>
                    in the periods of{" "}
                    <TextLink to={paths.calendars()} size="sm">
                      {one.name}
                    </TextLink>
                  </span>
                ))}
              </Stack>
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}

function Sentence({ name, words }: { name: string; words: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{words}</dd>
    </div>
  );
}
