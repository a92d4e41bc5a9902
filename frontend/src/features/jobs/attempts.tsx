/** The attempts of a job that was tried more than once, each leading to its section of the log. */
import { Text } from "@mantine/core";
import type { Attempt, Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { bytes } from "@/lib/format";
import { TextLink } from "@/ui/link-button";
import { Row, Rows } from "@/ui/rows";
import { Elapsed, Time } from "@/ui/time";
import { startInWords, startMeaning } from "./words";

type Props = {
  job: Job;
  /** The number of the one whose log is shown; null shows the log of all. */
  selected: number | null;
};

export function Attempts({ job, selected }: Props) {
  if (job.attempts.length < 2 && job.attempt < 2) return null;
  return (
    <section aria-label="Attempts">
      <Rows label="Attempts">
        {job.attempts.map((attempt) => (
          <Row
            key={attempt.number}
            to={paths.job(job.id, attempt.number)}
            current={attempt.number === selected}
            name={`Attempt ${attempt.number}`}
            note={<Note attempt={attempt} runner={job.runner} />}
            side={<Side attempt={attempt} />}
          />
        ))}
      </Rows>
      <Text size="sm" c="dimmed" mt={6}>
        {selected === null ? (
          "Choose an attempt to see its part of the log alone."
        ) : (
          <>
            The log below is that of attempt {selected}.{" "}
            <TextLink to={paths.job(job.id)} size="sm">
              Show all
            </TextLink>
          </>
        )}
      </Text>
    </section>
  );
}

function Note({ attempt, runner }: { attempt: Attempt; runner: Job["runner"] }) {
  const start = startInWords(attempt, runner);
  return (
    <>
      {attempt.reason ?? "It goes on."}
      {start && (
        <>
          {" · "}
          <span title={startMeaning(attempt, runner)}>{start}</span>
        </>
      )}
      {attempt.peak_memory_bytes !== null && ` · up to ${bytes(attempt.peak_memory_bytes)} of memory`}
    </>
  );
}

function Side({ attempt }: { attempt: Attempt }) {
  return (
    <>
      {attempt.started_at && <Elapsed from={attempt.started_at} to={attempt.finished_at} />}
      {attempt.started_at && <Time at={attempt.started_at} />}
      <JobStatusPill status={attempt.status} />
    </>
  );
}
