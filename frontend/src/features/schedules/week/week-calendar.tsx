/** What all schedules did and will do in one week: a grid of hours, or a list of days where there is little room. */
import { Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addDays, dayOf, daysBetween, startOf } from "@/lib/zones";
import { EmptyState } from "@/ui/empty-state";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { hoursQuery, type Hours, type Span } from "../api";
import { Legend } from "../legend";
import { NewSchedule } from "../schedules";
import { DayLists } from "./day-lists";
import { HourDetails } from "./hour-details";
import { weekOfHours, type Item } from "./week";
import { WeekGrid } from "./week-grid";

type Props = { monday: string; zone: string };

export function spanOf({ monday, zone }: Props): Span {
  return { from: startOf(monday, zone), to: startOf(addDays(monday, 7), zone) };
}

export function WeekCalendar({ monday, zone }: Props) {
  const { data, error } = useQuery(hoursQuery(spanOf({ monday, zone })));
  const [shown, setShown] = useState<Item | null>(null);
  // 48em: where the navigation gives way, too.
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  if (!data) return <ErrorAlert error={error} />;
  const days = daysBetween(monday, addDays(monday, 6));
  const today = dayOf(new Date().toISOString(), zone);
  const week = weekOfHours(data, zone);
  if (data.cells.length === 0) return <Nothing />;
  const parts = { week, days, today, zone, onShow: setShown };
  return (
    <>
      <Left hours={data} />
      {narrow ? <DayLists {...parts} /> : <WeekGrid {...parts} />}
      <Legend mt="xs" />
      {shown && <HourDetails item={shown} zone={zone} onClose={() => setShown(null)} />}
    </>
  );
}

function Nothing() {
  return (
    <EmptyState title="Nothing in this week" action={<NewSchedule />}>
      No schedule was due in it, and none will be. Look at another week, or let a script start by itself.
    </EmptyState>
  );
}

/** What is not in the picture. */
function Left({ hours }: { hours: Hours }) {
  const often = hours.schedules.filter(({ id }) => hours.too_often.includes(id)).map(({ name }) => name);
  if (hours.complete && often.length === 0) return null;
  return (
    <Notice tone="info" mb="sm" title="Not everything is shown">
      <Text size="sm">
        {often.length > 0 && `So often that what is to come is not counted: ${often.join(", ")}. `}
        {!hours.complete && "There is more in this week than fits. The pages of the schedules show all of it."}
      </Text>
    </Notice>
  );
}
