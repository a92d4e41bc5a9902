/** Asks for the name of a new file or folder, or another name for one. */
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { pathProblem } from "./draft";
import type { Naming } from "./use-tree";

type Props = { naming: Naming; taken: string[]; onDone: (path: string) => void; onClose: () => void };

export function FileNameDialog({ naming, taken, onDone, onClose }: Props) {
  const { kind, from, start } = naming;
  const [path, setPath] = useState(start);
  const [tried, setTried] = useState(false);
  const problem = pathProblem(path, taken);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!problem) onDone(path);
  };
  return (
    <Modal opened onClose={onClose} title={from ? `Rename or move ${from}` : `New ${kind}`} centered>
      <form onSubmit={submit}>
        <TextInput
          label={kind === "file" ? "File name" : "Folder name"}
          description={kind === "file" ? "May contain folders: tools/read.py" : "It is kept once there is a file in it."}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          error={tried ? problem : null}
          data-autofocus
          spellCheck={false}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">{from ? `Rename ${kind}` : `Add ${kind}`}</Button>
        </Group>
      </form>
    </Modal>
  );
}
