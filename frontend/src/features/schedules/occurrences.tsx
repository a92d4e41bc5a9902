/** Due times of a schedule and what became of each. */
import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/blocks/paths";
import { OutcomePill } from "@/blocks/status";
import { moment } from "@/lib/dates";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { occurrencesQuery } from "./api";

export function Occurrences({ id }: { id: number }) {
  const { data, error } = useQuery(occurrencesQuery(id));
  if (!data) return <ErrorAlert error={error} />;
  if (data.items.length === 0) return <Text size="sm">No run has been due yet.</Text>;
  return (
    <ul aria-label="Runs" style={{ margin: "0.5rem 0 0", padding: 0, listStyle: "none" }}>
      {data.items.map((one) => (
        <Group component="li" key={one.id} gap="xs" py={2}>
          <time dateTime={one.due_at}>{moment(one.due_at)}</time>
          <OutcomePill outcome={one.outcome} />
          {one.job_id !== null && <TextLink to={paths.job(one.job_id)}>job #{one.job_id}</TextLink>}
          {one.reason && <span>{one.reason}</span>}
        </Group>
      ))}
    </ul>
  );
}
