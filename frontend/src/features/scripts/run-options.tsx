/** What may be said of one run besides its arguments: its priority, and why it need not wait where others would. */
import { Button, Popover, Stack, Textarea } from "@mantine/core";
import { SlidersHorizontal } from "lucide-react";
import { ApiError } from "@/api/client";
import type { Script } from "@/api/types";
import { fieldError } from "@/ui/field-errors";
import { NumberField } from "@/ui/number-field";
import { aloneWords } from "./restriction-fields";

/** `priority` null: what the script says. `reason` empty: it waits like the others. */
export type RunWishes = { priority: number | null; reason: string };
export const NO_WISHES: RunWishes = { priority: null, reason: "" };

const FIELDS = ["priority", "override_reason"];

/** True when the refusal is told below one of the fields here. */
export function isOfOptions(error: Error | null): boolean {
  return FIELDS.some((field) => fieldError(error, field) !== null);
}

/** True when another job was in the way, and the script says not to wait for it. */
export function isRestricted(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code === "restricted";
}

type Props = { script: Script; wishes: RunWishes; onChange: (wishes: RunWishes) => void; error: Error | null };

export function RunOptions({ script, wishes, onChange, error }: Props) {
  const restricted = script.restriction !== "none";
  return (
    <Popover position="bottom-end" withArrow shadow="md" trapFocus width={restricted ? 320 : 260}>
      <Popover.Target>
        <Button variant="default" leftSection={<SlidersHorizontal size={16} />} color={isOfOptions(error) ? "red" : undefined}>
          {wishWords(wishes, script) || "Options"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="md">
          <WishFields script={script} wishes={wishes} onChange={onChange} error={error} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

export function WishFields({ script, wishes, onChange, error }: Props) {
  return (
    <>
      <NumberField
        label="Priority"
        description="-10 to 10. Where jobs wait, a higher one goes first."
        placeholder={`${script.priority}, as the script says`}
        value={wishes.priority}
        onChange={(priority) => onChange({ ...wishes, priority })}
        error={fieldError(error, "priority")}
        min={-10}
        max={10}
      />
      {script.restriction !== "none" && (
        <Textarea
          label="Run it beside others, because"
          description={`${aloneWords(script)} With a reason here the next run does not wait for them. The reason and your name stay with the job.`}
          placeholder="Empty: it keeps to the restriction"
          value={wishes.reason}
          onChange={(event) => onChange({ ...wishes, reason: event.currentTarget.value })}
          error={fieldError(error, "override_reason")}
          maxLength={300}
          autosize
          minRows={2}
        />
      )}
    </>
  );
}

/** What is not as usual, for the button that leads to it; empty where all is. */
export function wishWords({ priority, reason }: RunWishes, { restriction }: Pick<Script, "restriction">): string {
  const told = [priority !== null && `Priority ${priority}`, restriction !== "none" && reason.trim() && "Beside others"];
  return told.filter(Boolean).join(", ");
}

/** What goes to the server; what is usual is not sent. */
export function bodyOf({ priority, reason }: RunWishes, { restriction }: Pick<Script, "restriction">) {
  const why = restriction === "none" ? "" : reason.trim();
  return { ...(priority !== null && { priority }), ...(why && { override_reason: why }) };
}
