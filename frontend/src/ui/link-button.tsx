/** A link that looks like a button, and the plain link of this site. */
import { Anchor, Button, type AnchorProps, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

type To = { to: string; children: ReactNode };

export function LinkButton({ to, ...rest }: ButtonProps & To) {
  return <Button component={Link} to={to} {...rest} />;
}

export function TextLink({ to, ...rest }: AnchorProps & To) {
  return <Anchor component={Link} to={to} underline="always" inherit={!rest.size} {...rest} />;
}
