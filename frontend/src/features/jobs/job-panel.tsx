/** A job in short with its log: below the editor, right after Run. */
import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { Tag } from "@/ui/tag";
import { Elapsed } from "@/ui/time";
import { jobQuery } from "./api";
import { CancelButton } from "./cancel-button";
import { JobLog } from "./job-log";
import { NextAttempt } from "./next-attempt";
import { attemptOf, reasonOf } from "./words";

type Props = {
  id: number;
  /** Somebody wants to see this line of a traceback's file. */
  onFrame?: (path: string, line: number) => void;
};

export function JobPanel({ id, onFrame }: Props) {
  const { data: job, error } = useQuery(jobQuery(id));
  if (!job) return <ErrorAlert error={error} />;
  return (
    <Stack gap="xs">
      <Group gap="sm" justify="space-between">
        <Group gap="sm">
          <TextLink to={paths.job(id)} fw={600}>
            Job #{id}
          </TextLink>
          <JobStatusPill status={job.status} />
          {job.attempt > 1 && <Tag>{attemptOf(job)}</Tag>}
          <Text size="sm" c="dimmed" role="status">
            {reasonOf(job)}
          </Text>
          {job.started_at && (
            <Text size="sm" c="dimmed">
              <Elapsed from={job.started_at} to={job.finished_at} />
            </Text>
          )}
        </Group>
        <CancelButton job={job} size="compact-sm" />
      </Group>
      <NextAttempt job={job} />
      <JobLog job={job} onFrame={onFrame} />
    </Stack>
  );
}
