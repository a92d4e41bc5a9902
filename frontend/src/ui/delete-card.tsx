/** The end of a thing: what deleting it takes along, and a second question before it is done. */
import { Button, Text } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { Card } from "./card";
import { Confirm } from "./confirm";
import { toast } from "./toast";

type Props = {
  /** What it is, in one word: "script". */
  kind: string;
  name: string;
  /** What deleting does, on the page. */
  about: ReactNode;
  /** What is lost, in the question. */
  children: ReactNode;
  remove: { mutate: (none: undefined, on: { onSuccess: () => void }) => void; isPending: boolean; error: Error | null; reset: () => void };
  onDeleted: () => void;
};

export function DeleteCard({ kind, name, about, children, remove, onDeleted }: Props) {
  const [asking, setAsking] = useState(false);
  const done = () => {
    toast(`Deleted ${name}.`);
    onDeleted();
  };
  const close = () => {
    setAsking(false);
    remove.reset();
  };
  return (
    <Card title="Delete">
      <Text size="sm" mb="sm">
        {about}
      </Text>
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        Delete {kind}
      </Button>
      <Confirm
        opened={asking}
        title={`Delete ${name}?`}
        action="Delete for good"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
        onClose={close}
      >
        {children}
      </Confirm>
    </Card>
  );
}
