/** The shapes that the server speaks. */

export type Page<T> = { items: T[]; next: number | null };
export type Ref = { id: number; name: string };
export type FileBody = { path: string; content: string; encoding: "utf-8" | "base64"; size: number };
export type NewFile = { path: string; content: string; encoding?: "utf-8" | "base64" };

export type Session = {
  user: { id: number; name: string; role: string; scopes: string[] } | null;
  setup_needed: boolean;
  csrf: string | null;
  version: string;
};
export type Token = {
  id: number;
  name: string;
  prefix: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
};
export type NewToken = Token & { token: string };

export type Worker = {
  name: string;
  pool: string;
  places: number;
  running: number;
  seen_at: string;
  alive: boolean;
  runner: string | null;
};
export type System = {
  version: string;
  mode: "embedded" | "services";
  runner: { kind: "docker" | "local" | null; isolates: boolean; notice: string | null };
  clock: { last_tick_at: string | null; late: boolean };
  workers: Worker[];
  queue: { kind: "rabbitmq" | "in-process"; reachable: boolean };
};

export type ImageStatus = "dormant" | "building" | "ready" | "failed";
export type BuildStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";
export type Build = {
  id: number;
  image_id: number;
  number: number;
  status: BuildStatus;
  reason: string | null;
  failed_step: { line: number; instruction: string; error: string } | null;
  steps: { number: number; instruction: string; seconds: number | null }[];
  reference: string | null;
  python: string | null;
  size_bytes: number | null;
  started_by: Ref | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_s: number | null;
  log_size: number;
};
export type Image = {
  id: number;
  name: string;
  description: string;
  status: ImageStatus;
  files_digest: string;
  changed_since_build: boolean;
  limits: { memory_mb: number; time_limit_s: number };
  built: {
    build_id: number;
    reference: string;
    python: string | null;
    size_bytes: number | null;
    finished_at: string;
  } | null;
  last_build: Build | null;
  scripts: Ref[];
  created_at: string;
  updated_at: string;
};

export type JobStatus = "queued" | "starting" | "running" | "succeeded" | "failed" | "cancelled" | "lost";
export type Trigger = "person" | "schedule" | "api" | "sample";
export type Network = "none" | "bridge";
export type Limits = { time_limit_s: number; memory_mb: number; cpus: number; processes: number };
export type JobSummary = {
  id: number;
  uuid: string;
  status: JobStatus;
  reason: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_s: number | null;
};
export type Job = JobSummary & {
  script: Ref;
  version: { id: number; number: number };
  image: { id: number; name: string; reference: string | null };
  trigger: Trigger;
  started_by: Ref | null;
  schedule_id: number | null;
  due_at: string | null;
  arguments: string[];
  environment: Record<string, string>;
  limits: Limits;
  network: Network;
  exit_code: number | null;
  signal: number | string | null;
  reason_code: string | null;
  start_kind: "cold" | "warm" | null;
  start_ms: number | null;
  peak_memory_bytes: number | null;
  cpu_seconds: number | null;
  log_size: number;
  log_dropped_bytes: number;
  worker: string | null;
  queue_position: number | null;
  cancel_requested_at: string | null;
  moves: string[];
};
export type JobEvent = { id: number; at: string; was: string | null; now: string; why: string | null };

export type Script = {
  id: number;
  name: string;
  description: string;
  image: { id: number; name: string; status: ImageStatus; usable: boolean; isolates: boolean };
  entry: string;
  version: { id: number; number: number };
  limits: Limits;
  network: Network;
  environment: Record<string, string>;
  last_job: JobSummary | null;
  schedules: number;
  created_at: string;
  updated_at: string;
};
export type ScriptFiles = { items: FileBody[]; version: number; entry: string; digest: string };
export type Version = {
  id: number;
  number: number;
  digest: string;
  entry: string;
  message: string;
  author: Ref | null;
  created_at: string;
  files: { path: string; size: number; sha256: string }[];
  warnings: string[];
};
export type VersionWithFiles = Omit<Version, "files"> & { files: FileBody[] };

export type DueTime = { utc: string; local: string; note?: string | null };
export type Outcome = "planned" | "ran" | "skipped" | "missed" | "caught_up";
export type Schedule = {
  id: number;
  script: Ref;
  cron: string;
  zone: string;
  enabled: boolean;
  words: string;
  arguments: string[];
  next_at: string | null;
  next: DueTime[];
  last: { due_at: string; outcome: Outcome; job_id: number | null; reason: string | null } | null;
  created_by: Ref | null;
  created_at: string;
  updated_at: string;
};
export type Occurrence = {
  id: number;
  due_at: string;
  outcome: Outcome;
  reason: string | null;
  job_id: number | null;
  fired_at: string | null;
  late_ms: number | null;
};

export type LogChunk = { text: string; start: number; end: number; size: number; finished: boolean };
