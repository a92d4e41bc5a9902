/** Chooses the job to compare another one with, among those of its script. */
import { Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Job } from "@/api/types";
import { moment } from "@/lib/dates";
import { jobsQuery } from "./api";

/** `asked`: the one that is chosen, perhaps still on its way; `job`: the one that is shown. */
type Props = { label: string; asked: number | null; job: Job | null; scriptId: number; not: number; onChange: (id: number) => void };

export function OtherJob({ label, asked, job, scriptId, not, onChange }: Props) {
  const { data } = useInfiniteQuery(jobsQuery({ script_id: scriptId }));
  const known = (data?.pages ?? []).flatMap((page) => page.items);
  const all = job && !known.some(({ id }) => id === job.id) ? [job, ...known] : known;
  return (
    <Select
      size="xs"
      w={330}
      maw="100%"
      label={label}
      placeholder="Choose a job"
      searchable
      data={all.filter(({ id }) => id !== not).map((one) => ({ value: String(one.id), label: `#${one.id} ${one.status}, ${moment(one.created_at)}` }))}
      value={asked && String(asked)}
      onChange={(id) => id && onChange(Number(id))}
    />
  );
}
