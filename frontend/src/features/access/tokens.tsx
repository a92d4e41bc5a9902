/** API tokens: made for programs, shown once, revoked at any time. */
import { Button, Code, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Token } from "@/api/types";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Copy } from "@/ui/copy";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { Notice } from "@/ui/notice";
import { Above, Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { tokensQuery, useCreateToken, useRevokeToken } from "./api";

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "never" },
];

export function Tokens() {
  const { data } = useSuspenseQuery(tokensQuery);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <Card title="API tokens">
      <Stack>
        <Text size="sm" c="dimmed">
          With a token a program or the command line acts as you. Whoever has it can do what you can.
        </Text>
        <NewTokenForm />
        {data.items.length > 0 && (
          <Rows label="API tokens">
            {data.items.map((token) => (
              <Row
                key={token.id}
                name={token.name}
                note={<TokenNote token={token} />}
                side={
                  <Above>
                    <Button size="compact-sm" variant="default" onClick={() => setRevoking(token)} aria-label={`Revoke ${token.name}`}>
                      Revoke
                    </Button>
                  </Above>
                }
              />
            ))}
          </Rows>
        )}
      </Stack>
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  );
}

function TokenNote({ token }: { token: Token }) {
  return (
    <>
      <span className="mono">{token.prefix}…</span> · made <Time at={token.created_at} /> ·{" "}
      {token.last_used_at ? (
        <>
          last used <Time at={token.last_used_at} />
        </>
      ) : (
        "never used"
      )}{" "}
      · {token.expires_at ? <>ends <Time at={token.expires_at} /></> : "never ends"}
    </>
  );
}

function NewTokenForm() {
  const [name, setName] = useState("");
  const [days, setDays] = useState<string>("90");
  const create = useCreateToken();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, expires_in_days: days ? Number(days) : null }, { onSuccess: () => setName("") });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-start">
          <TextInput
            label="Token name"
            placeholder="laptop"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(create.error, "name")}
            required
            style={{ flex: 1, minWidth: "12rem" }}
          />
          <Select label="Ends after" data={LIFETIMES} value={days} onChange={(value) => setDays(value ?? "")} w={140} allowDeselect={false} />
          <Button type="submit" mt={25} loading={create.isPending}>
            Create token
          </Button>
        </Group>
        <ErrorAlert error={create.error} hide={["name"]} />
        {create.data && (
          <Notice tone="info" role="status" title="Copy it now. It is not shown again.">
            <Group gap="xs" wrap="nowrap">
              <Code style={{ overflowWrap: "anywhere" }}>{create.data.token}</Code>
              <Copy text={create.data.token} label="Copy token" />
            </Group>
          </Notice>
        )}
      </Stack>
    </form>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const revoke = useRevokeToken();
  return (
    <Confirm
      opened
      title={`Revoke ${token.name}?`}
      action="Revoke token"
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(token.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      Programs that use it are refused from now on. This cannot be undone.
    </Confirm>
  );
}
