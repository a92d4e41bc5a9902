/** The overview of keys that `?` opens: what can be done on this page, by group. Loaded when it is first opened. */
import { Modal, SimpleGrid, Title } from "@mantine/core";
import { commandOf, useAllCommands } from "@/ui/commands";
import { Keys } from "./keys";
import classes from "./palette.module.css";
import { grouped } from "./palette-items";

export function KeyList({ onClose }: { onClose: () => void }) {
  const all = useAllCommands();
  // What a page does with a key of the frame's takes its place here as well.
  const groups = grouped(all.filter((one) => one.keys !== undefined && commandOf(one.keys, all) === one));
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
