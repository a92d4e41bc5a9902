/** Three steps from nothing to a first log; gone once they are taken. */
import { List, ThemeIcon } from "@mantine/core";
import { Check, Circle } from "lucide-react";
import { paths } from "@/blocks/paths";
import { Card } from "@/ui/card";
import { TextLink } from "@/ui/link-button";

type Props = { hasImage: boolean; hasScript: boolean; hasJob: boolean };

export function FirstSteps({ hasImage, hasScript, hasJob }: Props) {
  if (hasImage && hasScript && hasJob) return null;
  return (
    <Card title="First steps">
      <List spacing="xs" type="ordered" listStyleType="none">
        <Step done={hasImage} to={paths.images()} name="Make an image and build it">
          It holds Python and the packages that your scripts need.
        </Step>
        <Step done={hasScript} to={paths.newScript()} name="Write a script">
          It starts with a small main.py that runs at once.
        </Step>
        <Step done={hasJob} to={paths.scripts()} name="Run it">
          Watch what it prints, then give it a schedule.
        </Step>
      </List>
    </Card>
  );
}

function Step({ done, to, name, children }: { done: boolean; to: string; name: string; children: string }) {
  const Icon = done ? Check : Circle;
  return (
    <List.Item
      icon={
        <ThemeIcon variant={done ? "filled" : "default"} size="sm" radius="xl">
          <Icon size={12} aria-label={done ? "done" : "to do"} />
        </ThemeIcon>
      }
    >
      <TextLink to={to} fw={600}>
        {name}
      </TextLink>
      . {children}
    </List.Item>
  );
}
