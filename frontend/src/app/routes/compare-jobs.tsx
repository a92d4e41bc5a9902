/** /jobs/compare?a=12&b=14: two jobs side by side; without `a`, with the job of the same script before it. */
import { Group, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { redirect, useLoaderData, useSearchParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import type { Job } from "@/api/types";
import { FilesDiff } from "@/blocks/diff/files-diff";
import { paths } from "@/blocks/paths";
import { jobBefore, jobQuery } from "@/features/jobs/api";
import { ComparedFacts, ComparedLogs } from "@/features/jobs/compared";
import { OtherJob } from "@/features/jobs/other-job";
import { versionQuery } from "@/features/scripts/api";
import { useAskedSearch } from "@/lib/use-asked-search";
import { Card } from "@/ui/card";
import { EmptyState } from "@/ui/empty-state";
import { PageHeader } from "@/ui/page-header";

export const loader = async ({ request }: LoaderFunctionArgs) => {
  const search = new URL(request.url).searchParams;
  const b = await queryClient.ensureQueryData(jobQuery(idFrom(search.get("b") ?? undefined)));
  if (!search.has("a")) {
    const before = await jobBefore(b);
    return before === null ? null : redirect(paths.compareJobs(b.id, before));
  }
  const a = await queryClient.ensureQueryData(jobQuery(idFrom(search.get("a") ?? undefined)));
  await Promise.all([a, b].map((job) => queryClient.ensureQueryData(versionQuery(job.script.id, job.version.number))));
  return a.id;
};

/** The parameters of the address: the job before, and the one after. */
type Side = "a" | "b";

export function Component() {
  const a = useLoaderData<typeof loader>();
  const [search, setSearch] = useSearchParams();
  const { data: b } = useSuspenseQuery(jobQuery(idFrom(search.get("b") ?? undefined)));
  const asked = useAskedSearch();
  const choose = (name: Side, id: number) => setSearch({ ...Object.fromEntries(asked), [name]: String(id) });
  return (
    <>
      <PageHeader title="Compare two jobs" about={`of ${b.script.name}: what differs in values, code and log.`} />
      {typeof a === "number" ? (
        <Pair a={a} b={b} asked={{ a: Number(asked.get("a")) || a, b: Number(asked.get("b")) || b.id }} onChoose={choose} />
      ) : (
        <Stack>
          <OtherJob
            label="Compare with"
            asked={Number(asked.get("a")) || null}
            job={null}
            scriptId={b.script.id}
            not={b.id}
            onChange={(id) => choose("a", id)}
          />
          <EmptyState title={`Job #${b.id} is the first of its script`}>Choose another job to compare it with, or run it again first.</EmptyState>
        </Stack>
      )}
    </>
  );
}

/** `asked`: what is chosen, perhaps still on its way. */
type PairProps = { a: number; b: Job; asked: Record<Side, number>; onChoose: (side: Side, id: number) => void };

function Pair({ a: id, b, asked, onChoose }: PairProps) {
  const { data: a } = useSuspenseQuery(jobQuery(id));
  return (
    <Stack>
      <Group gap="sm">
        <OtherJob label="Before" asked={asked.a} job={a} scriptId={b.script.id} not={asked.b} onChange={(next) => onChoose("a", next)} />
        <OtherJob label="After" asked={asked.b} job={b} scriptId={a.script.id} not={asked.a} onChange={(next) => onChoose("b", next)} />
      </Group>
      <ComparedFacts a={a} b={b} />
      <ComparedCode a={a} b={b} />
      {/* Another pair has other logs. */}
      <ComparedLogs key={`${a.id} ${b.id}`} a={a} b={b} />
    </Stack>
  );
}

function ComparedCode({ a, b }: { a: Job; b: Job }) {
  const { data: before } = useSuspenseQuery(versionQuery(a.script.id, a.version.number));
  const { data: after } = useSuspenseQuery(versionQuery(b.script.id, b.version.number));
  return (
    <Card title="Code">
      {before.digest === after.digest ? (
        <Text size="sm" c="dimmed">
          {a.version.id === b.version.id ? `Both ran version ${a.version.number}.` : "Their versions have the same files."}
        </Text>
      ) : (
        <FilesDiff
          before={before.files}
          after={after.files}
          labels={{ before: `Version ${a.version.number} (job #${a.id})`, after: `Version ${b.version.number} (job #${b.id})` }}
        />
      )}
    </Card>
  );
}
