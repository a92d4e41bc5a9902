/** Asks for the name of a new file, or another name for one. */
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { pathProblem } from "./draft";

type Props = { from: string | null; taken: string[]; onDone: (path: string) => void; onClose: () => void };

export function FileNameDialog({ from, taken, onDone, onClose }: Props) {
  const [path, setPath] = useState(from ?? "");
  const [tried, setTried] = useState(false);
  const problem = pathProblem(path, taken);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!problem) onDone(path);
  };
  return (
    <Modal opened onClose={onClose} title={from ? `Rename ${from}` : "New file"} centered>
      <form onSubmit={submit}>
        <TextInput
          label="File name"
          description="May contain folders: tools/read.py"
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
          <Button type="submit">{from ? "Rename file" : "Add file"}</Button>
        </Group>
      </form>
    </Modal>
  );
}
