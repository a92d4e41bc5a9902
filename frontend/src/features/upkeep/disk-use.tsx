/** The disk of the data directory: how full it is, and what takes most of it. */
import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { DiskUsage } from "@/api/types";
import { paths } from "@/blocks/paths";
import { bytes, plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { TextLink } from "@/ui/link-button";
import { diskQuery } from "./api";
import classes from "./upkeep.module.css";

export function DiskUse() {
  const { data } = useQuery(diskQuery);
  if (!data) return null;
  return (
    <Card title="Disk" side={<Text size="sm">{bytes(data.free)} of {bytes(data.total)} free</Text>}>
      <div className={classes.bar} aria-hidden>
        {partsOf(data).map(({ label, size, tone }) => (
          <span key={label} data-tone={tone} style={{ width: `${(100 * size) / Math.max(1, data.total)}%` }} />
        ))}
      </div>
      <Group gap="md" component="ul" className={classes.parts}>
        {partsOf(data).map(({ label, size, tone }) => (
          <li key={label} data-tone={tone}>
            {label} <b>{bytes(size)}</b>
          </li>
        ))}
        {!data.database_here && (
          <li>
            database, elsewhere <b>{bytes(data.database)}</b>
          </li>
        )}
      </Group>
      {data.largest.length > 0 && <Largest usage={data} />}
    </Card>
  );
}

type Part = { label: string; size: number; tone: string };

/** What is on the disk, in the order of the bar; what is not Scripter's is told, too, for it takes room as well. */
function partsOf({ total, free, logs, database, database_here }: DiskUsage): Part[] {
  const here = database_here ? database : 0;
  const parts = [
    { label: "logs of jobs", size: logs, tone: "busy" },
    { label: "database", size: here, tone: "good" },
    { label: "everything else", size: Math.max(0, total - free - logs - here), tone: "rest" },
  ];
  return database_here ? parts : parts.filter(({ label }) => label !== "database");
}

function Largest({ usage }: { usage: DiskUsage }) {
  return (
    <table className={classes.largest}>
      <caption>Whose logs take most</caption>
      <tbody>
        {usage.largest.map((one) => (
          <tr key={one.script_id}>
            <th scope="row">
              <TextLink to={paths.script(one.script_id, "jobs")}>{one.script}</TextLink>
            </th>
            <td>{plural(one.jobs, "job")}</td>
            <td>{bytes(one.bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
