/** States of images, builds and jobs, in words and tones; the only place that knows them. */
import type { BuildStatus, ImageStatus, JobStatus, Outcome, Trigger } from "@/api/types";
import { Pill, type Tone } from "@/ui/pill";

type Look = readonly [tone: Tone, word: string];

const IMAGE: Record<ImageStatus, Look> = {
  dormant: ["rest", "dormant"],
  building: ["busy", "building"],
  ready: ["good", "ready"],
  failed: ["bad", "failed"],
};
const BUILD: Record<BuildStatus, Look> = {
  queued: ["rest", "queued"],
  running: ["busy", "running"],
  succeeded: ["good", "succeeded"],
  failed: ["bad", "failed"],
  cancelled: ["warn", "cancelled"],
};
const JOB: Record<JobStatus, Look> = {
  queued: ["rest", "queued"],
  starting: ["busy", "starting"],
  running: ["busy", "running"],
  succeeded: ["good", "succeeded"],
  failed: ["bad", "failed"],
  cancelled: ["warn", "cancelled"],
  lost: ["bad", "lost"],
};
const OUTCOME: Record<Outcome, Look> = {
  planned: ["rest", "planned"],
  ran: ["good", "ran"],
  caught_up: ["good", "caught up"],
  skipped: ["warn", "skipped"],
  missed: ["bad", "missed"],
};

export const JOB_STATUSES = Object.keys(JOB) as JobStatus[];
export const TRIGGERS: Record<Trigger, string> = {
  person: "by hand",
  schedule: "by schedule",
  api: "through the API",
  sample: "as a sample",
};

export const TRIGGER_NAMES = Object.keys(TRIGGERS) as Trigger[];

/** True when nothing will change any more. */
export function isFinalJob(status: JobStatus): boolean {
  return status !== "queued" && status !== "starting" && status !== "running";
}

/** The colour that a state has everywhere. */
export function jobTone(status: JobStatus): Tone {
  return JOB[status][0];
}

export function isFinalBuild(status: BuildStatus): boolean {
  return status !== "queued" && status !== "running";
}

export function ImageStatusPill({ status }: { status: ImageStatus }) {
  return <LookPill look={IMAGE[status]} />;
}

export function BuildStatusPill({ status }: { status: BuildStatus }) {
  return <LookPill look={BUILD[status]} />;
}

export function JobStatusPill({ status }: { status: JobStatus }) {
  return <LookPill look={JOB[status]} />;
}

export function OutcomePill({ outcome }: { outcome: Outcome }) {
  return <LookPill look={OUTCOME[outcome]} />;
}

/** Said wherever a script is about to run with nothing between it and the machine. */
export function NotIsolatedPill() {
  return <Pill tone="warn">not isolated</Pill>;
}

function LookPill({ look: [tone, word] }: { look: Look }) {
  return <Pill tone={tone}>{word}</Pill>;
}
