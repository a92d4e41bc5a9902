/** /schedules/crontab: a crontab file becomes schedules, and schedules a crontab file. */
import { Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { ScheduleBanners } from "@/features/schedules/banners";
import { ExportCard } from "@/features/schedules/crontab/export-card";
import { ImportForm } from "@/features/schedules/crontab/import-form";
import { SchedulesNav } from "@/features/schedules/nav";
import { scriptsQuery } from "@/features/scripts/api";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(scriptsQuery);

export function Component() {
  const { data } = useSuspenseQuery(scriptsQuery);
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="Schedules" about="From crontab files, and back into them." />
      <SchedulesNav />
      <ScheduleBanners />
      <Stack>
        <ImportForm scripts={data.items} onMade={() => void navigate(paths.schedules())} />
        <ExportCard scripts={data.items} />
      </Stack>
    </>
  );
}
