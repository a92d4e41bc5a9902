/** Two jobs side by side: what is known of each, with what differs marked, and their logs. */
import { SegmentedControl, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Job } from "@/api/types";
import { TextDiff } from "@/blocks/diff/text-diff";
import { paths } from "@/blocks/paths";
import { bytes } from "@/lib/format";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { Time } from "@/ui/time";
import { printedQuery } from "./api";
import { comparable, differences } from "./differences";
import { JobLog } from "./job-log";
import classes from "./jobs.module.css";

type Pair = { a: Job; b: Job };

export function ComparedFacts({ a, b }: Pair) {
  const [all, setAll] = useState(false);
  const rows = differences(a, b).filter((row) => all || row.differs);
  return (
    <Card title="What differs" side={<Switch size="xs" label="All facts" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />}>
      <table className={classes.compared}>
        <thead>
          <tr>
            <td />
            <Head job={a} />
            <Head job={b} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} data-differs={(all && row.differs) || undefined}>
              <th scope="row">{row.name}</th>
              <td>{row.a || "–"}</td>
              <td>{row.b || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing that is known of them differs.
        </Text>
      )}
    </Card>
  );
}

function Head({ job }: { job: Job }) {
  return (
    <th scope="col">
      <TextLink to={paths.job(job.id)}>Job #{job.id}</TextLink>
      <Text size="xs" c="dimmed" fw={400}>
        <Time at={job.created_at} />
      </Text>
    </th>
  );
}

/** More than this is read side by side: a comparison of it would keep the page busy for long. */
const MOST_BYTES = 1024 * 1024;

export function ComparedLogs({ a, b }: Pair) {
  const [how, setHow] = useState("beside");
  return (
    <Card
      title="Logs"
      side={
        <SegmentedControl
          size="xs"
          aria-label="How to compare the logs"
          value={how}
          onChange={setHow}
          data={[
            { value: "beside", label: "Side by side" },
            { value: "difference", label: "Difference" },
          ]}
        />
      }
    >
      {how === "beside" ? (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
          {[a, b].map((job) => (
            <Stack key={job.id} gap={4}>
              <Text size="sm" fw={600}>{`Job #${job.id}`}</Text>
              <JobLog job={job} />
            </Stack>
          ))}
        </SimpleGrid>
      ) : (
        <LogDifference a={a} b={b} />
      )}
    </Card>
  );
}

function LogDifference({ a, b }: Pair) {
  const large = Math.max(a.log_size, b.log_size) > MOST_BYTES;
  const left = useQuery({ ...printedQuery(a.id), enabled: !large });
  const right = useQuery({ ...printedQuery(b.id), enabled: !large });
  if (large) {
    return (
      <Text size="sm" c="dimmed">
        {`Logs of more than ${bytes(MOST_BYTES)} are not compared line by line. Read them side by side, or download both.`}
      </Text>
    );
  }
  return (
    <>
      <ErrorAlert error={left.error ?? right.error} />
      {left.data !== undefined && right.data !== undefined && (
        <TextDiff path="log" before={comparable(left.data)} after={comparable(right.data)} labels={{ before: `Job #${a.id}`, after: `Job #${b.id}` }} />
      )}
    </>
  );
}
