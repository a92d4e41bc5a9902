/** Another password. */
import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { toast } from "@/ui/toast";
import { useChangePassword } from "./api";

export function PasswordForm() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useChangePassword();
  const done = () => {
    setOld("");
    setNext("");
    toast("The password is changed.");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ old, new: next }, { onSuccess: done });
  };
  return (
    <Card title="Password">
      <form onSubmit={submit}>
        <Stack maw={360}>
          <PasswordInput
            label="Present password"
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
            error={fieldError(change.error, "old")}
            autoComplete="current-password"
            required
          />
          <PasswordInput
            label="New password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={fieldError(change.error, "new")}
            autoComplete="new-password"
            required
          />
          <ErrorAlert error={change.error} hide={["old", "new"]} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
