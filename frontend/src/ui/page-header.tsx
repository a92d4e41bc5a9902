/** The top of a page: its title (also the browser tab's), what it is about, its main deeds. */
import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./ui.module.css";

type Props = { title: string; above?: ReactNode; status?: ReactNode; about?: ReactNode; children?: ReactNode };

export function PageHeader({ title, above, status, about, children }: Props) {
  return (
    <header className={classes.header}>
      <title>{`${title} · Scripter`}</title>
      {above}
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.headline}>
          <Group gap="sm">
            <Title order={1} size="h2" className={classes.title}>
              {title}
            </Title>
            {status}
          </Group>
          {about && (
            <Text component="div" c="dimmed" size="sm" mt={2}>
              {about}
            </Text>
          )}
        </div>
        {children && <Group gap="xs">{children}</Group>}
      </Group>
    </header>
  );
}
