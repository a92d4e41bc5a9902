/** The frame of the pages before one is in: setup and login. */
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { BASE } from "@/lib/base";
import classes from "./access.module.css";

export function Door({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <main className={classes.door}>
      <title>{`${title} · Scripter`}</title>
      <Box className={classes.card}>
        <Group gap="xs" mb="lg">
          <img src={`${BASE}/icon.svg`} alt="" width={28} height={28} />
          <Text fw={650}>Scripter</Text>
        </Group>
        <Stack gap={4} mb="md">
          <Title order={1} size="h3">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </Stack>
        {children}
      </Box>
    </main>
  );
}
