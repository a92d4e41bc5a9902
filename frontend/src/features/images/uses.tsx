/** Who uses an image: its scripts, their schedules, and the jobs that wait or run on it just now. */
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Image, ImageUses, JobStatus } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { EmptyState } from "@/ui/empty-state";
import { ErrorAlert } from "@/ui/error-alert";
import { LinkButton } from "@/ui/link-button";
import { Pill } from "@/ui/pill";
import { Row, Rows } from "@/ui/rows";
import { Section } from "@/ui/section";
import { Time } from "@/ui/time";
import { usesQuery } from "./api";

export function Uses({ image }: { image: Image }) {
  const { data, error } = useQuery(usesQuery(image.id));
  if (!data) return <ErrorAlert error={error} />;
  if (data.scripts.length === 0 && data.jobs.length === 0) return <Unused image={image} />;
  return (
    <Stack gap="lg">
      <Scripts uses={data} />
      <Schedules uses={data} />
      <Jobs uses={data} image={image} />
    </Stack>
  );
}

function Unused({ image }: { image: Image }) {
  return (
    <EmptyState
      title="Nobody uses it yet"
      action={image.built && <LinkButton to={paths.newScript(image.id)}>New script</LinkButton>}
    >
      {image.built ? "Write a script on this image, or give it to a script in that one’s settings." : "Build the image first, then write a script on it."}
    </EmptyState>
  );
}

function Scripts({ uses: { scripts } }: { uses: ImageUses }) {
  return (
    <Section title="Scripts" empty={scripts.length === 0 ? "No script is on this image." : null}>
      <Rows label="Scripts on this image">
        {scripts.map((script) => (
          <Row key={script.id} to={paths.script(script.id)} name={script.name} />
        ))}
      </Rows>
    </Section>
  );
}

function Schedules({ uses: { schedules } }: { uses: ImageUses }) {
  return (
    <Section title="Schedules" empty={schedules.length === 0 ? "None of its scripts has a schedule." : null}>
      <Rows label="Schedules of those scripts">
        {schedules.map((schedule) => (
          <Row
            key={schedule.id}
            to={paths.schedule(schedule.id)}
            name={schedule.name}
            note={schedule.script.name}
            side={
              schedule.enabled ? (
                schedule.next_at && <span>next <Time at={schedule.next_at} /></span>
              ) : (
                <Pill tone="rest">off</Pill>
              )
            }
          />
        ))}
      </Rows>
    </Section>
  );
}

function Jobs({ uses: { jobs }, image }: { uses: ImageUses; image: Image }) {
  return (
    <Section title="Waiting and running" empty={jobs.length === 0 ? "No job waits or runs on it now." : null}>
      <Rows label="Jobs that wait or run on this image">
        {jobs.map((job) => (
          <Row
            key={job.id}
            to={paths.job(job.id)}
            name={`${job.script.name} #${job.id}`}
            note={job.build_id === image.built?.build_id ? null : <Text size="sm">on an earlier build</Text>}
            side={
              <>
                <Time at={job.created_at} />
                <JobStatusPill status={job.status as JobStatus} />
              </>
            }
          />
        ))}
      </Rows>
    </Section>
  );
}
