/** Short names for the shapes of the OpenAPI document; pages use these. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Page<T> = { items: T[]; next?: number | null };
export type Ref = Schemas["Named"];
export type FileBody = Schemas["FileView"];
export type NewFile = Schemas["FileBody"];

export type Session = Schemas["SessionView"];
export type Token = Schemas["TokenView"];
export type System = Schemas["SystemView"];

export type Image = Schemas["ImageView"];
export type ImageStatus = Schemas["ImageStatus"];
export type Build = Schemas["BuildView"];
export type BuildStatus = Schemas["BuildStatus"];
export type BuildStep = Schemas["StepView"];
export type BuildContents = Schemas["ContentsView"];
export type BuildChanges = Schemas["ChangesView"];
export type ImageProblem = Schemas["ProblemView"];
export type ImageTemplate = Schemas["TemplateView"];
export type ImageUses = Schemas["UsesView"];
export type ImageVersion = Schemas["ImageVersionView"];

export type RetryReason = Schemas["RetryReason"];
export type Retries = Schemas["ScriptRetriesView"];
export type Script = Schemas["ScriptView"];
export type ScriptLimits = Schemas["ScriptLimitsView"];
export type Network = Schemas["Network"];
export type Version = Schemas["VersionView"];

export type Job = Schemas["JobView"];
export type Attempt = Schemas["AttemptView"];
export type JobEvent = Schemas["JobEventView"];
export type JobStatus = Schemas["Status"];
export type Trigger = Schemas["Trigger"];

export type Schedule = Schemas["ScheduleView"];
export type ScheduleState = Schemas["ScheduleState"];
export type Outcome = Schemas["Outcome"];

export type LogChunk = Schemas["WindowView"];
export type LogHit = Schemas["HitView"];
export type LogHits = Schemas["SearchView"];
export type LogError = Schemas["FirstErrorView"];

export type EndedHour = Schemas["EndedView"];
export type DiskUsage = Schemas["UsageView"];
