/** The builds of an image: one of them open with its steps, its error and its log. */
import { Button, Code, Group, NativeSelect, SegmentedControl, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Square } from "lucide-react";
import type { Build, Image } from "@/api/types";
import { LogViewer } from "@/blocks/log-viewer/log-viewer";
import { BuildStatusPill, isFinalBuild } from "@/blocks/status";
import { bytes, duration, shortDigest } from "@/lib/format";
import { EmptyState } from "@/ui/empty-state";
import { Notice } from "@/ui/notice";
import { Elapsed, Time } from "@/ui/time";
import { toastError } from "@/ui/toast";
import { buildsQuery, useCancelBuild, useRefreshImage } from "./api";
import { BuildChangesCard } from "./build-changes";
import { BuildSteps } from "./build-steps";

export type BuildPart = "steps" | "log";
type Props = {
  image: Image;
  selected: number | null;
  onSelect: (buildId: number) => void;
  part: BuildPart;
  onPart: (part: BuildPart) => void;
};

export function Builds({ image, selected, onSelect, part, onPart }: Props) {
  const { data } = useSuspenseQuery(buildsQuery(image.id));
  const build = data.items.find((one) => one.id === selected) ?? data.items[0];
  if (!build) {
    return <EmptyState title="Not built yet">Press Build. The log of the build appears here while it runs.</EmptyState>;
  }
  return (
    <Stack>
      {data.items.length > 1 && (
        <NativeSelect
          label="Show build"
          w={320}
          maw="100%"
          value={String(build.id)}
          onChange={(event) => onSelect(Number(event.currentTarget.value))}
          data={data.items.map((one) => ({ value: String(one.id), label: `${one.number}: ${one.status}` }))}
        />
      )}
      <OneBuild build={build} inUse={image.built?.build_id === build.id} part={part} onPart={onPart} />
    </Stack>
  );
}

type OneProps = { build: Build; inUse: boolean; part: BuildPart; onPart: (part: BuildPart) => void };

const PARTS = [
  { value: "steps", label: "Steps" },
  { value: "log", label: "Whole log" },
];

function OneBuild({ build, inUse, part, onPart }: OneProps) {
  return (
    <>
      <BuildHead build={build} inUse={inUse} />
      {(part === "log" || !toldByItsStep(build)) && <BuildFailure build={build} />}
      <div>
        <SegmentedControl size="xs" aria-label="What is shown" data={PARTS} value={part} onChange={(next) => onPart(next as BuildPart)} />
      </div>
      {part === "steps" ? <Steps build={build} /> : <WholeLog build={build} />}
      {build.status === "succeeded" && <BuildChangesCard imageId={build.image_id} buildId={build.id} />}
    </>
  );
}

/** Whether the step that failed stands open with the error. */
function toldByItsStep(build: Build): boolean {
  const last = build.steps.at(-1);
  return build.status === "failed" && build.failed_step !== null && last !== undefined && last.log_start !== null;
}

function Steps({ build }: { build: Build }) {
  if (build.status === "queued") {
    return (
      <Text size="sm" c="dimmed" role="status">
        {waiting(build)}
      </Text>
    );
  }
  return <BuildSteps key={build.id} build={build} />;
}

function WholeLog({ build }: { build: Build }) {
  const refresh = useRefreshImage(build.image_id);
  return (
    <>
      <LogViewer
        key={build.id}
        of={{ kind: "build", id: build.id }}
        label={`Log of build ${build.number}`}
        startedAt={build.started_at}
        waiting={build.status === "queued" ? waiting(build) : "Nothing printed yet …"}
        onEnd={refresh}
        tall
      />
    </>
  );
}

function waiting({ waits_for }: Build): string {
  return waits_for === null ? "Waiting for a worker …" : `Waiting: ${waits_for}.`;
}

function BuildHead({ build, inUse }: { build: Build; inUse: boolean }) {
  const cancel = useCancelBuild(build.image_id);
  return (
    <Group justify="space-between">
      <Group gap="sm">
        <Text fw={600}>Build {build.number}</Text>
        <BuildStatusPill status={build.status} />
        <Text size="sm" c="dimmed">
          {build.version !== null && `of version ${build.version}, `}
          {build.started_by && `by ${build.started_by.name}, `}
          <Time at={build.created_at} />
          {build.started_at && (
            <>
              {build.finished_at ? ", took " : ", for "}
              <Elapsed from={build.started_at} to={build.finished_at} />
            </>
          )}
          {build.reference && `, ${shortDigest(build.reference)}`}
          {build.python && `, Python ${build.python}`}
          {build.size_bytes !== null && `, ${bytes(build.size_bytes)}`}
          {inUse && " · in use"}
        </Text>
      </Group>
      {!isFinalBuild(build.status) && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Square size={14} />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate(build.id, { onError: toastError })}
        >
          Cancel build
        </Button>
      )}
    </Group>
  );
}

function failureTitle({ status, failed_step: step }: Build): string {
  if (status === "cancelled") return "Cancelled";
  return step?.line ? `Line ${step.line} of the Dockerfile failed` : "The build failed";
}

/** Where it failed and the one line that says why; the rest is in the log below. */
function BuildFailure({ build }: { build: Build }) {
  if (build.status !== "failed" && build.status !== "cancelled") return null;
  const step = build.failed_step;
  return (
    <Notice
      tone={build.status === "failed" ? "bad" : "warn"}
      title={failureTitle(build)}
    >
      {step && (
        <Stack gap="xs">
          <Code block>{step.instruction}</Code>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {step.error}
          </Text>
        </Stack>
      )}
      {build.reason && !(step && build.reason.includes(step.error)) && <Text size="sm">{build.reason}</Text>}
      {build.duration_s !== null && !step && <Text size="xs">After {duration(build.duration_s)}.</Text>}
    </Notice>
  );
}
