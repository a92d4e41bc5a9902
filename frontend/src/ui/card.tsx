/** A bordered area with an optional heading. */
import { Group, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./ui.module.css";

export function Card({ title, side, children }: { title?: string; side?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={title ? id : undefined} style={{ padding: "1rem" }}>
      {title && (
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5" id={id}>
            {title}
          </Title>
          {side}
        </Group>
      )}
      {children}
    </section>
  );
}
