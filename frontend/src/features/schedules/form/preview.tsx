/** What the times of a form mean, while one types: in words, and the next runs on three clocks. */
import { Text } from "@mantine/core";
import { Card } from "@/ui/card";
import type { Preview } from "../api";
import { ClockChanges, Dues } from "../dues";
import type { Draft } from "./draft";
import classes from "./form.module.css";

export function PreviewCard({ preview, draft }: { preview: Preview | null; draft: Draft }) {
  return (
    <Card title="What that means" side={<span className={classes.zone}>{draft.zone}</span>}>
      <div className={classes.preview} role="group" aria-label="Next runs">
        {preview ? (
          <>
            <Text fw={600} mb="xs" aria-live="polite">
              {preview.words}
            </Text>
            {preview.next.length === 0 && <Text size="sm">Nothing is due any more.</Text>}
            <Dues dues={preview.next} zone={draft.zone} label="Next runs" />
            {preview.changes.length > 0 && (
              <>
                <Text fw={600} size="sm" mt="md">
                  When the clocks are changed
                </Text>
                <ClockChanges changes={preview.changes} zone={draft.zone} kind={draft.kind} />
              </>
            )}
          </>
        ) : (
          <Text size="sm" c="dimmed">
            The next ten runs appear here as soon as the times can be read.
          </Text>
        )}
      </div>
    </Card>
  );
}
