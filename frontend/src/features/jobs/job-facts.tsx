/** Everything that is known about a job, in two columns. */
import { Group, Text } from "@mantine/core";
import type { Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { joinArguments } from "@/lib/arguments";
import { bytes, shortDigest } from "@/lib/format";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Facts } from "@/ui/facts";
import { TextLink } from "@/ui/link-button";
import { ExactTime } from "@/ui/time";
import { besideWords, networkInWords, restrictionInWords, startedHow, startInWords, startMeaning } from "./words";

export function JobFacts({ job }: { job: Job }) {
  return (
    <Card title="Details">
      <Facts
        items={[
          ["Script", <TextLink to={paths.script(job.script.id)} size="sm">{job.script.name}</TextLink>],
          ["Version", <VersionFact job={job} />],
          ["Image", <ImageFact job={job} />],
          ["Started", <StartedFact job={job} />],
          ["Due", job.due_at && <ExactTime at={job.due_at} />],
          ["Asked for", <ExactTime at={job.created_at} />],
          ["Began", job.started_at && <ExactTime at={job.started_at} />],
          ["Ended", job.finished_at && <ExactTime at={job.finished_at} />],
          ["Arguments", job.arguments.length > 0 && <code>{joinArguments(job.arguments)}</code>],
          ["Environment", Object.keys(job.environment).length > 0 && <code>{environmentLines(job.environment)}</code>],
          ["Exit code", job.exit_code],
          ["Signal", job.signal],
          ["Attempts", job.max_attempts > 1 && `${job.attempt} of at most ${job.max_attempts}`],
          ["Deadline", job.deadline_at && <ExactTime at={job.deadline_at} />],
          ["Priority", job.priority !== 0 && job.priority],
          ["Place in queue", job.queue_position],
          ["Runs alone by", job.restriction && restrictionInWords(job.restriction)],
          ["Not alone", job.override_reason && besideWords(job)],
          ["Network", networkInWords(job)],
          [job.runner === "docker" ? "Container" : "Process", job.start_kind && <StartFact job={job} />],
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

function VersionFact({ job }: { job: Job }) {
  return (
    <>
      {`${job.version.number} (`}
      <TextLink to={paths.jobs({ script_id: job.script.id, version: job.version.number })} size="sm">
        all its jobs
      </TextLink>
      {")"}
    </>
  );
}

function StartedFact({ job }: { job: Job }) {
  if (job.schedule_id === null) return startedHow(job);
  return (
    <TextLink to={paths.schedule(job.schedule_id)} size="sm">
      {startedHow(job)}
    </TextLink>
  );
}

function StartFact({ job }: { job: Job }) {
  return (
    <>
      {startInWords(job, job.runner)}
      <Text span inherit c="dimmed">
        : {startMeaning(job, job.runner)}
      </Text>
    </>
  );
}

function ImageFact({ job: { image, runner } }: { job: Job }) {
  const digest = runner === "docker" ? "digest" : "name of its environment";
  return (
    <Group gap={6}>
      <TextLink to={paths.image(image.id)} size="sm">
        {image.name}
      </TextLink>
      {image.reference && (
        <>
          <span className="mono" title={image.reference}>
            {shortDigest(image.reference)}
          </span>
          <Copy text={image.reference} label={`Copy ${digest}`} />
        </>
      )}
    </Group>
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
