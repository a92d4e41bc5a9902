/** Everything that is known about a job, in two columns, and the way it went. */
import { Group, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { joinArguments } from "@/lib/arguments";
import { bytes, duration, plural, shortDigest } from "@/lib/format";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Facts } from "@/ui/facts";
import { TextLink } from "@/ui/link-button";
import { Elapsed, ExactTime, Time } from "@/ui/time";
import { jobEventsQuery } from "./api";
import { startedHow, startInWords, startMeaning } from "./words";

const NETWORKS: Record<string, string> = {
  none: "none",
  egress: "egress (can reach the internet only)",
  bridge: "bridge (can reach the network and the internet)",
};

export function JobFacts({ job }: { job: Job }) {
  return (
    <Card title="Details">
      <Facts
        items={[
          ["Script", <TextLink to={paths.script(job.script.id)} size="sm">{`${job.script.name}, version ${job.version.number}`}</TextLink>],
          ["Image", <ImageFact job={job} />],
          ["Started", startedHow(job)],
          ["Due", job.due_at && <ExactTime at={job.due_at} />],
          ["Asked for", <ExactTime at={job.created_at} />],
          ["Priority", job.priority !== 0 && job.priority],
          ["Place in queue", job.queue_position],
          ["Deadline", job.deadline_at && <ExactTime at={job.deadline_at} />],
          ["Attempts", job.max_attempts > 1 && `${job.attempt} of at most ${job.max_attempts}`],
          ["Began", job.started_at && <ExactTime at={job.started_at} />],
          ["Ended", job.finished_at && <ExactTime at={job.finished_at} />],
          ["Took", job.started_at && <Elapsed from={job.started_at} to={job.finished_at} />],
          ["Exit code", job.exit_code],
          ["Signal", job.signal],
          ["Arguments", job.arguments.length > 0 && <code>{joinArguments(job.arguments)}</code>],
          ["Environment", Object.keys(job.environment).length > 0 && <code>{environmentLines(job.environment)}</code>],
          ["Memory", memory(job)],
          ["Processor", job.cpu_seconds !== null && `${duration(job.cpu_seconds)} used, limit ${plural(job.limits.cpus, "core")}`],
          ["Time limit", duration(job.limits.time_limit_s)],
          ["Network", NETWORKS[job.network] ?? job.network],
          ["Container", job.start_kind && <StartFact job={job} />],
          ["Not in the log", !!job.log_dropped_bytes && `${bytes(job.log_dropped_bytes)} of the output; the log says where`],
          ["Worker", job.worker],
          ["Id", <IdFact uuid={job.uuid} />],
        ]}
      />
    </Card>
  );
}

function environmentLines(environment: Record<string, string>): string {
  return Object.entries(environment)
    .map(([key, value]) => `${key}=${value}`)
    .join("  ");
}

function memory(job: Job): string {
  const limit = `limit ${job.limits.memory_mb} MB`;
  return job.peak_memory_bytes === null ? limit : `${bytes(job.peak_memory_bytes)} at most, ${limit}`;
}

function StartFact({ job }: { job: Job }) {
  return (
    <>
      {startInWords(job)}
      <Text span inherit c="dimmed">
        : {startMeaning(job)}
      </Text>
    </>
  );
}

function ImageFact({ job }: { job: Job }) {
  return (
    <>
      <TextLink to={paths.image(job.image.id)} size="sm">{job.image.name}</TextLink>
      {job.image.reference && (
        <>
          {" "}
          <span className="mono" title={job.image.reference}>
            {shortDigest(job.image.reference)}
          </span>
        </>
      )}
    </>
  );
}

function IdFact({ uuid }: { uuid: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <span className="mono">{uuid}</span>
      <Copy text={uuid} label="Copy id" />
    </Group>
  );
}

export function JobEvents({ id }: { id: number }) {
  const { data } = useQuery(jobEventsQuery(id));
  // The server lists the newest first; a story is read from its beginning.
  const events = [...(data?.items ?? [])].sort((a, b) => a.id - b.id);
  return (
    <Card title="What happened">
      <List size="sm" spacing={6} listStyleType="none">
        {events.map((event) => (
          <List.Item key={event.id}>
            <b>{event.now}</b> <Time at={event.at} />
            {event.why && (
              <Text size="sm" c="dimmed">
                {event.why}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Card>
  );
}
