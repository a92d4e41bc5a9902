/** The first start: the person with the console's link becomes the administrator. */
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { useSetup } from "./api";

export function SetupForm({ code: given, onDone }: { code: string; onDone: () => void }) {
  const [code, setCode] = useState(given);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [differ, setDiffer] = useState(false);
  const setup = useSetup();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffer(password !== again);
    if (password === again) setup.mutate({ code, name, password }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Setup code"
          description="It is in the link that Scripter printed on its console. It works once."
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={fieldError(setup.error, "code")}
          autoComplete="off"
          spellCheck={false}
          required
        />
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(setup.error, "name")}
          autoComplete="username"
          data-autofocus
          required
        />
        <PasswordInput
          label="Password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={fieldError(setup.error, "password")}
          autoComplete="new-password"
          required
        />
        <PasswordInput
          label="Password again"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differ ? "The two passwords are not the same." : null}
          autoComplete="new-password"
          required
        />
        <ErrorAlert error={setup.error} hide={["code", "name", "password"]} />
        <Button type="submit" loading={setup.isPending}>
          Create account
        </Button>
      </Stack>
    </form>
  );
}
