/** The person at the top right: account, keys, log out. */
import { Button, Kbd, Menu } from "@mantine/core";
import { UserRound } from "lucide-react";
import { Link } from "react-router";
import { paths } from "@/blocks/paths";
import { toastError } from "@/ui/toast";
import { useLogout } from "./api";

type Props = { name: string; onKeys: () => void; onLeft: () => void };

export function UserMenu({ name, onKeys, onLeft }: Props) {
  const logout = useLogout();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<UserRound size={16} />} aria-label={`Account of ${name}`}>
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={paths.account()}>
          Account and tokens
        </Menu.Item>
        <Menu.Item onClick={onKeys} rightSection={<Kbd size="xs">?</Kbd>}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item onClick={() => logout.mutate(undefined, { onSuccess: onLeft, onError: toastError })}>Log out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
