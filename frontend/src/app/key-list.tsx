/** The overview of keys that `?` opens: what can be done on this page, by group. Loaded when it is first opened. */
import { Modal, SimpleGrid, Title } from "@mantine/core";
import { useAllCommands } from "@/ui/commands";
import { Keys } from "./keys";
import classes from "./palette.module.css";
import { grouped } from "./palette-items";

export function KeyList({ onClose }: { onClose: () => void }) {
  const groups = grouped(useAllCommands().filter((one) => one.keys !== undefined));
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="lg">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="lg">
        {groups.map(([group, commands]) => (
          <section key={group}>
            <Title order={3} size="h6" mb="xs">
              {group}
            </Title>
            <dl className={classes.keys}>
              {commands.map((one) => (
                <div key={one.id}>
                  <dt>{one.label}</dt>
                  <dd>
                    <Keys keys={one.keys ?? ""} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </SimpleGrid>
    </Modal>
  );
}
