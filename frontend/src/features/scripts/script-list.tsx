/** All scripts: image, next run by a schedule, last job. */
import { useSuspenseQuery } from "@tanstack/react-query";
import type { JobStatus, Script } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { scriptsQuery } from "./api";

export function ScriptList() {
  const { data } = useSuspenseQuery(scriptsQuery);
  if (data.items.length === 0) {
    return (
      <EmptyState title="No script yet" action={<LinkButton to={paths.newScript()}>New script</LinkButton>}>
        A script is a few Python files on an image. Write one, press Run and watch what it prints.
      </EmptyState>
    );
  }
  return (
    <Rows label="Scripts">
      {data.items.map((script) => (
        <Row
          key={script.id}
          to={paths.script(script.id)}
          name={script.name}
          note={[script.description, `on ${script.image.name}`].filter(Boolean).join(" · ")}
          side={
            <>
              {script.next_at && (
                <span>
                  next <Time at={script.next_at} />
                </span>
              )}
              {script.last_job ? <LastJob job={script.last_job} /> : <span>never run</span>}
            </>
          }
        />
      ))}
    </Rows>
  );
}

function LastJob({ job }: { job: NonNullable<Script["last_job"]> }) {
  return (
    <>
      <Time at={job.finished_at ?? job.created_at} />
      <JobStatusPill status={job.status as JobStatus} />
    </>
  );
}
