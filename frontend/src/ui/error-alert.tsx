/** What the server refused, in its own words, with the number to ask about. */
import { List, Text } from "@mantine/core";
import { ApiError } from "@/api/client";
import { Notice } from "./notice";

/** `hide` names the fields whose messages are already shown beside their inputs. */
export function ErrorAlert({ error, hide = [] }: { error: Error | null; hide?: string[] }) {
  if (!error) return null;
  const fields = error instanceof ApiError ? error.errors.filter(({ field }) => !hide.includes(field)) : [];
  const asked = error instanceof ApiError && error.status >= 500 ? error.requestId : null;
  return (
    <Notice tone="bad" role="alert">
      <Text size="sm">{error.message}</Text>
      {fields.length > 0 && (
        <List size="sm" mt={4}>
          {fields.map(({ field, message }) => (
            <List.Item key={field + message}>
              <b>{field}</b>: {message}
            </List.Item>
          ))}
        </List>
      )}
      {asked && (
        <Text size="xs" mt={4}>
          Request {asked}
        </Text>
      )}
    </Notice>
  );
}
