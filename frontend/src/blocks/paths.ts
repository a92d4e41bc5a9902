/** Every address of the site, as functions: pages and features link through these alone. */

export const paths = {
  overview: () => "/",
  setup: () => "/setup",
  login: (backTo?: string) => (backTo && backTo !== "/" ? `/login?to=${encodeURIComponent(backTo)}` : "/login"),
  account: () => "/account",
  images: () => "/images",
  newImage: () => "/images/new",
  image: (id: number, tab?: "files" | "builds" | "packages" | "versions" | "uses" | "settings") => (tab ? `/images/${id}/${tab}` : `/images/${id}`),
  build: (imageId: number, buildId: number) => `/images/${imageId}/builds?build=${buildId}`,
  compareImageVersions: (imageId: number, before: number, after: number) =>
    `/images/${imageId}/versions?before=${before}&after=${after}`,
  scripts: () => "/scripts",
  newScript: (imageId?: number) => (imageId ? `/scripts/new?image=${imageId}` : "/scripts/new"),
  script: (id: number, tab?: "editor" | "jobs" | "schedules" | "versions" | "settings") =>
    tab ? `/scripts/${id}/${tab}` : `/scripts/${id}`,
  /** `version`: the number of one of the script's. */
  jobs: (filter: { status?: string; script_id?: number; version?: number } = {}) => {
    const search = new URLSearchParams();
    if (filter.status) search.set("status", filter.status);
    if (filter.script_id) search.set("script", String(filter.script_id));
    if (filter.version) search.set("version", String(filter.version));
    return search.size ? `/jobs?${search}` : "/jobs";
  },
  /** `line`: those lines of its log, as the log viewer names them. */
  job: (id: number, attempt?: number, line?: string) => {
    const search = new URLSearchParams();
    if (attempt) search.set("attempt", String(attempt));
    if (line) search.set("line", line);
    return search.size ? `/jobs/${id}?${search}` : `/jobs/${id}`;
  },
  /** Without `a`: with the job of the same script before it. */
  compareJobs: (b: number, a?: number) => (a ? `/jobs/compare?a=${a}&b=${b}` : `/jobs/compare?b=${b}`),
  schedules: () => "/schedules",
  schedule: (id: number) => `/schedules/${id}`,
  editSchedule: (id: number) => `/schedules/${id}/edit`,
  newSchedule: (scriptId?: number) => (scriptId ? `/schedules/new?script=${scriptId}` : "/schedules/new"),
  week: () => "/schedules/calendar",
  calendars: () => "/schedules/calendars",
  crontab: () => "/schedules/crontab",
};
