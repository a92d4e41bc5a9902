/** Which jobs may not run beside a script's own, and what becomes of one that meets them. */
import { Radio, Stack, TextInput } from "@mantine/core";
import type { Script } from "@/api/types";
import { fieldError } from "@/ui/field-errors";

export type RestrictionRules = Pick<Script, "restriction" | "restriction_key" | "restriction_wait">;

/** The fields of a refusal that are shown here. */
export const RESTRICTION_FIELDS = ["restriction", "restriction_key", "restriction_wait"];

const RESTRICTIONS: Record<Script["restriction"], readonly [label: string, meaning: string]> = {
  none: ["None", "Jobs of this script may run beside each other and beside all others."],
  self: ["This script", "One job of this script at a time."],
  key: ["A key", "One job at a time of all scripts that name the same key, such as a database that only one may write to."],
  global: ["Everything", "One job at a time of all scripts that say so."],
};
const HELD: Record<Script["restriction_wait"], readonly [label: string, meaning: string]> = {
  wait: ["Wait", "It stays queued until the other one has ended, and says which one that is."],
  refuse: ["Be refused", "It is not started; a due run is skipped, and the ledger says so."],
};

/** What a restriction comes to for a job, in a sentence. */
export function aloneWords({ restriction, restriction_key: key }: Pick<Script, "restriction" | "restriction_key">): string {
  const words = {
    none: "",
    self: "Jobs of this script run one at a time.",
    key: `Jobs with the key ${key} run one at a time.`,
    global: "Jobs of all scripts that may not run beside others run one at a time.",
  };
  return words[restriction];
}

type Props = { rules: RestrictionRules; onChange: (rules: RestrictionRules) => void; error: Error | null };

export function RestrictionFields({ rules, onChange, error }: Props) {
  return (
    <Stack gap="md">
      <Radio.Group
        label="May not run beside"
        value={rules.restriction}
        onChange={(restriction) => onChange({ ...rules, restriction: restriction as Script["restriction"] })}
        error={fieldError(error, "restriction")}
      >
        <Choices choices={RESTRICTIONS} />
      </Radio.Group>
      {rules.restriction === "key" && (
        <TextInput
          label="Key"
          description="May hold values of variables: db-{REGION}."
          value={rules.restriction_key}
          onChange={(event) => onChange({ ...rules, restriction_key: event.currentTarget.value })}
          error={fieldError(error, "restriction_key")}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--sc-mono)" } }}
        />
      )}
      {rules.restriction !== "none" && (
        <Radio.Group
          label="A job that meets another is to"
          value={rules.restriction_wait}
          onChange={(wait) => onChange({ ...rules, restriction_wait: wait as Script["restriction_wait"] })}
          error={fieldError(error, "restriction_wait")}
        >
          <Choices choices={HELD} />
        </Radio.Group>
      )}
    </Stack>
  );
}

function Choices({ choices }: { choices: Record<string, readonly [label: string, meaning: string]> }) {
  return (
    <Stack gap="xs" mt={4}>
      {Object.entries(choices).map(([value, [label, meaning]]) => (
        <Radio key={value} value={value} label={label} description={meaning} />
      ))}
    </Stack>
  );
}
