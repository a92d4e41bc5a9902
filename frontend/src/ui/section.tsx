/** A heading over a list, with the way to all of it. */
import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { TextLink } from "./link-button";

type Props = { title: string; to?: string; empty?: string | null; children: ReactNode };

export function Section({ title, to, empty = null, children }: Props) {
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {to && (
          <TextLink to={to} size="sm" aria-label={`All: ${title}`}>
            All
          </TextLink>
        )}
      </Group>
      {empty ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        children
      )}
    </section>
  );
}
