/** Which two versions are compared, from one to another; for scripts and images, whose addresses hold the choice. */
import { ActionIcon, Button, Group, NativeSelect, Tooltip } from "@mantine/core";
import { ArrowLeftRight } from "lucide-react";

export type Pair = { before: number; after: number };
type Known = { number: number; message: string };

type Props = {
  /** Those that can be chosen, newest first; the pair itself can be, in any case. */
  versions: readonly Known[];
  pair: Pair;
  onPair: (pair: Pair) => void;
  onClose: () => void;
};

export function VersionPair({ versions, pair, onPair, onClose }: Props) {
  const choices = choicesOf(versions, pair);
  const choose = (end: keyof Pair, label: string) => (
    <NativeSelect
      size="xs"
      label={label}
      data={choices}
      value={String(pair[end])}
      onChange={(event) => onPair({ ...pair, [end]: Number(event.currentTarget.value) })}
      style={{ flex: "1 1 8.5rem" }}
      maw="16rem"
    />
  );
  return (
    <Group mb="sm" gap="xs" align="flex-end">
      {choose("before", "From")}
      <Tooltip label="Swap">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Swap the two versions"
          onClick={() => onPair({ before: pair.after, after: pair.before })}
        >
          <ArrowLeftRight size={16} />
        </ActionIcon>
      </Tooltip>
      {choose("after", "To")}
      <Button size="xs" variant="default" onClick={onClose} ml="auto">
        Close
      </Button>
    </Group>
  );
}

function choicesOf(versions: readonly Known[], { before, after }: Pair) {
  const known = new Map([before, after].map((number) => [number, ""]));
  versions.forEach(({ number, message }) => known.set(number, message));
  const newestFirst = [...known].sort(([one], [other]) => other - one);
  return newestFirst.map(([number, message]) => ({ value: String(number), label: message ? `Version ${number}: ${message}` : `Version ${number}` }));
}
