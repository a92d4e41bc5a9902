/** What ran lately, drawn: how many jobs ended how, and how long they took on average. */
import { Group, SegmentedControl, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { JobStatus } from "@/api/types";
import { duration, plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Chart } from "@/ui/chart";
import type { ChartSeries } from "@/ui/chart-data";
import type { Tone } from "@/ui/pill";
import { jobHoursQuery } from "./api";
import { columnsOf, SPAN_HOURS, SPAN_WORDS, SPANS, totals, type Column, type Span } from "./hours";

const RESULTS: [status: JobStatus, tone: Tone][] = [
  ["succeeded", "good"],
  ["failed", "bad"],
  ["lost", "busy"],
  ["cancelled", "rest"],
];

const hour = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

export function JobCharts({ span, onSpan }: { span: Span; onSpan: (span: Span) => void }) {
  const { data } = useQuery(jobHoursQuery(SPAN_HOURS[span]));
  const columns = useMemo(() => (data ? columnsOf(data.items, data.since, data.until, span) : []), [data, span]);
  const per = span === "30d" ? "day" : "hour";
  const formatTime = (at: number) => (span === "30d" ? day : hour).format(at * 1000);
  return (
    <section aria-label="What ran">
      <Group justify="space-between" mb="xs">
        <Text size="sm" c="dimmed">
          {summary(columns, span)}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="Time that is shown"
          value={span}
          onChange={(value) => onSpan(value as Span)}
          data={SPANS.map((value) => ({ value, label: SPAN_WORDS[value] }))}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Counts columns={columns} per={per} formatTime={formatTime} />
        <Durations columns={columns} per={per} formatTime={formatTime} />
      </SimpleGrid>
    </section>
  );
}

function summary(columns: Column[], span: Span): string {
  const { jobs, failed } = totals(columns);
  const within = `in the last ${SPAN_WORDS[span]}`;
  if (jobs === 0) return columns.length ? `No job ended ${within}.` : "";
  return `${plural(jobs, "job")} ended ${within}, ${failed === 0 ? "none failed" : `${failed} failed`}.`;
}

type DrawnProps = { columns: Column[]; per: string; formatTime: (at: number) => string };

function Counts({ columns, per, formatTime }: DrawnProps) {
  const { times, series } = useMemo(() => {
    const values = (status: JobStatus) => columns.map(({ jobs }) => jobs[status] ?? 0);
    const all = RESULTS.map(([status, tone]): ChartSeries => ({ label: status, tone, values: values(status) }));
    // What has not happened at all needs no name, but for the two that everybody looks for.
    const shown = all.filter((one, index) => index < 2 || one.values.some(Boolean));
    return { times: columns.map(({ at }) => at), series: shown };
  }, [columns]);
  const format = (value: number) => (Number.isInteger(value) ? value.toLocaleString() : "");
  return (
    <Card title={`Jobs per ${per}`}>
      <Chart label={`Jobs per ${per}`} kind="bars" times={times} series={series} format={format} formatTime={formatTime} />
    </Card>
  );
}

function Durations({ columns, per, formatTime }: DrawnProps) {
  const { times, series } = useMemo(
    () => ({
      times: columns.map(({ at }) => at),
      series: [{ label: "average duration", tone: "busy", values: columns.map(({ meanS }) => meanS) } satisfies ChartSeries],
    }),
    [columns],
  );
  return (
    <Card title={`How long they took, on average per ${per}`}>
      <Chart label={`Average duration per ${per}`} kind="line" times={times} series={series} format={duration} formatTime={formatTime} />
    </Card>
  );
}
