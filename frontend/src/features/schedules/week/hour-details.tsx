/** The due times of one schedule in one hour, with what became of each. */
import { Drawer, Loader, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { paths } from "@/blocks/paths";
import { inZone } from "@/lib/zones";
import { ErrorAlert } from "@/ui/error-alert";
import { LinkButton } from "@/ui/link-button";
import { rowsQuery } from "../api";
import { EntryList } from "../entries";
import { itemWords, type Item } from "./week";

const HOUR_MS = 3_600_000;

type Props = { item: Item; zone: string; onClose: () => void };

export function HourDetails({ item, zone, onClose }: Props) {
  const { cell, schedule } = item;
  const span = { from: cell.at, to: new Date(Date.parse(cell.at) + HOUR_MS).toISOString() };
  const { data, error } = useQuery(rowsQuery(schedule.id, span));
  return (
    <Drawer opened onClose={onClose} position="right" title={schedule.name} closeButtonProps={{ "aria-label": "Close" }} attributes={{ header: { role: "presentation" } }}>
      <Stack>
        <Text size="sm">
          {schedule.words}, starts {schedule.script.name}. In the hour from {inZone(cell.at, zone)} ({zone}): {itemWords(item)}.
        </Text>
        <ErrorAlert error={error} />
        {data ? <EntryList entries={data.items} zone={zone} /> : !error && <Loader size="sm" role="status" aria-label="Loading" />}
        <div>
          <LinkButton to={paths.schedule(schedule.id)} variant="default">
            To the schedule
          </LinkButton>
        </div>
      </Stack>
    </Drawer>
  );
}
