/** /scripts/7/editor|jobs|schedules|versions|settings: one script. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { NotIsolatedPill } from "@/blocks/status";
import { imagesQuery } from "@/features/images/api";
import { jobsQuery } from "@/features/jobs/api";
import { JobList } from "@/features/jobs/job-list";
import { JobPanel } from "@/features/jobs/job-panel";
import { schedulesQuery } from "@/features/schedules/api";
import { filterFrom } from "@/features/schedules/list/filters";
import { Schedules } from "@/features/schedules/schedules";
import { scriptFilesQuery, scriptQuery, versionsQuery } from "@/features/scripts/api";
import { ScriptEditor } from "@/features/scripts/script-editor";
import { ScriptSettings } from "@/features/scripts/script-settings";
import { Versions } from "@/features/scripts/versions";
import { EmptyState } from "@/ui/empty-state";
import { TextLink } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { UrlTabs } from "@/ui/url-tabs";

export async function loader({ params, request }: LoaderFunctionArgs): Promise<null> {
  const id = idFrom(params.id);
  const filter = { ...filterFrom(new URL(request.url).searchParams), script_id: id };
  await Promise.all([
    queryClient.ensureQueryData(scriptQuery(id)),
    // Always asked anew: the editor begins with these, and must not begin with what was newest some time ago.
    queryClient.fetchQuery({ ...scriptFilesQuery(id), staleTime: 0 }),
    queryClient.ensureQueryData(imagesQuery),
    queryClient.ensureInfiniteQueryData(versionsQuery(id)),
    queryClient.ensureInfiniteQueryData(schedulesQuery(filter)),
    queryClient.ensureInfiniteQueryData(jobsQuery({ script_id: id })),
  ]);
  return null;
}

export function Component() {
  const id = idFrom(useParams().id);
  const { data: script } = useSuspenseQuery(scriptQuery(id));
  return (
    <>
      <PageHeader
        title={script.name}
        status={script.image.usable && !script.image.isolates && <NotIsolatedPill />}
        about={
          <>
            {script.description && <>{script.description} · </>}on{" "}
            <TextLink to={paths.image(script.image.id)} size="sm">
              {script.image.name}
            </TextLink>
          </>
        }
      />
      <Tabs key={id} id={id} />
    </>
  );
}

function Tabs({ id }: { id: number }) {
  const navigate = useNavigate();
  const { tab = "editor" } = useParams();
  const [search, setSearch] = useSearchParams();
  const { data: script } = useSuspenseQuery(scriptQuery(id));
  const { data: images } = useSuspenseQuery(imagesQuery);
  const number = (key: string) => Number(search.get(key)) || null;
  const job = number("job");
  const editor = (
    <ScriptEditor
      script={script}
      active={tab === "editor"}
      onStarted={(started) => setSearch({ job: String(started.id) })}
      panel={job === null ? null : (showFrame) => <JobPanel key={job} id={job} onFrame={showFrame} />}
      onPanelClosed={() => setSearch({})}
    />
  );
  const jobs = (
    <JobList filter={{ script_id: id }} empty={<EmptyState title="Never run">Press Run in the editor.</EmptyState>} />
  );
  const versions = (
    <Versions
      script={script}
      chosen={{ version: number("version"), against: number("against") }}
      onChoose={({ version, against }) =>
        setSearch({ ...(version && { version: String(version) }), ...(against && { against: String(against) }) })
      }
      onStarted={(started) => void navigate(paths.job(started.id))}
    />
  );
  const settings = (
    <ScriptSettings script={script} images={images.items} onDeleted={() => void navigate(paths.scripts())} />
  );
  return (
    <UrlTabs
      label="Parts of the script"
      value={tab}
      tabs={[
        { value: "editor", label: "Editor", to: paths.script(id), panel: editor, keep: true },
        { value: "jobs", label: "Jobs", to: paths.script(id, "jobs"), panel: jobs },
        {
          value: "schedules",
          label: "Schedules",
          to: paths.script(id, "schedules"),
          panel: <Schedules scripts={[script]} scriptId={id} />,
        },
        { value: "versions", label: "Versions", to: paths.script(id, "versions"), panel: versions },
        { value: "settings", label: "Settings", to: paths.script(id, "settings"), panel: settings },
      ]}
    />
  );
}
