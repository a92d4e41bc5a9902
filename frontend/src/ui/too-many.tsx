/** The server has too much to do just now: what it said, when trying again makes sense, and the button for it. */
import { Button, Group, Text } from "@mantine/core";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { Notice } from "./notice";

/** True when the refusal is one that passes by itself. */
export function isTooMany(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.status === 429;
}

type Props = {
  sending: { error: Error | null; isPending: boolean };
  onAgain: () => void;
};

/** Nothing for any other error. */
export function TooMany({ sending: { error, isPending }, onAgain }: Props) {
  const refusal = useRefusal(error, isPending);
  if (refusal === null) return null;
  return (
    <Notice tone="warn" role="alert" title="Not started">
      <Text size="sm">{refusal.message}</Text>
      <Group mt="xs" gap="sm">
        <Button size="compact-sm" leftSection={<RotateCcw size={14} />} loading={isPending} onClick={onAgain}>
          Try again
        </Button>
        {refusal.retryAfterS !== null && <Wait key={String(refusal.requestId)} seconds={refusal.retryAfterS} />}
      </Group>
    </Notice>
  );
}

/** The refusal stays while it is tried again: whoever pressed the button keeps their place on the page. */
function useRefusal(error: Error | null, isPending: boolean): ApiError | null {
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const now = isTooMany(error) ? error : isPending ? refusal : null;
  if (now !== refusal) setRefusal(now);
  return now;
}

function Wait({ seconds }: { seconds: number }) {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const words = useNow((now) => (until > now ? `There may be room in ${duration(Math.ceil((until - now) / 1000))}.` : "There may be room now."));
  return (
    // Not read out at each second: the notice around it has been.
    <Text size="sm" c="dimmed" aria-live="off">
      {words}
    </Text>
  );
}
