/** The frame of every page behind the login: navigation, search, person, scheme; it also keeps the pages live. */
import { Box, Burger, Group, NavLink, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useSuspenseQuery } from "@tanstack/react-query";
import { CalendarClock, FileCode2, House, ListChecks, Package } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { NavLink as RouterLink, Outlet, redirect, ScrollRestoration, useLocation, useNavigate, useNavigation } from "react-router";
import { paths } from "@/blocks/paths";
import { sessionQuery } from "@/features/access/api";
import { UserMenu } from "@/features/access/user-menu";
import { SystemLine } from "@/features/upkeep/workers";
import { BASE, withoutBase } from "@/lib/base";
import { useShortcuts } from "@/lib/use-shortcuts";
import { ConnectionLine } from "./connection-line";
import { useLive } from "./live";
import { queryClient } from "./query-client";
import { SchemeSwitch } from "./scheme-switch";
import { SearchButton } from "./search-button";
import classes from "./shell.module.css";
import { useCommandKeys } from "./use-command-keys";
import { useFocusReturned } from "./use-focus-returned";
import { useFrameCommands } from "./use-frame-commands";
import { Wordmark } from "./wordmark";

const Palette = lazy(() => import("./palette").then((module) => ({ default: module.Palette })));
const KeyList = lazy(() => import("./key-list").then((module) => ({ default: module.KeyList })));

export async function shellLoader({ request }: { request: Request }): Promise<Response | null> {
  const session = await queryClient.ensureQueryData(sessionQuery);
  const { pathname, search } = new URL(request.url);
  if (session.setup_needed) return redirect(paths.setup());
  return session.user ? null : redirect(paths.login(withoutBase(pathname) + search));
}

const PLACES = [
  { to: paths.overview(), label: "Overview", Icon: House },
  { to: paths.images(), label: "Images", Icon: Package },
  { to: paths.scripts(), label: "Scripts", Icon: FileCode2 },
  { to: paths.jobs(), label: "Jobs", Icon: ListChecks },
  { to: paths.schedules(), label: "Schedules", Icon: CalendarClock },
];

export function Shell() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const gone = session.user === null;
  useEffect(() => {
    if (gone) void navigate(paths.login(pathname + search), { replace: true });
    // Only the loss of the session sends one away, not a later change of the address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [gone]);
  return session.user && <Frame name={session.user.name} />;
}

function Frame({ name }: { name: string }) {
  const [menu, { toggle, close }] = useDisclosure(false);
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const navigate = useNavigate();
  const busy = useNavigation().state !== "idle";
  const connection = useLive();
  const find = () => setOpen("palette");
  const showKeys = () => setOpen("keys");
  useFrameCommands({ onPalette: find, onKeys: showKeys });
  useCommandKeys();
  useShortcuts({ k: find });
  useFocusReturned(open);
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      {busy && <Progress value={100} animated size={2} radius={0} className={classes.progress} aria-label="Loading the page" />}
      <header className={classes.top}>
        <Group gap="xs" wrap="nowrap">
          <Burger opened={menu} onClick={toggle} size="sm" hiddenFrom="sm" aria-label="Navigation" aria-expanded={menu} />
          <Wordmark />
        </Group>
        <Group gap={4} wrap="nowrap">
          <SearchButton onClick={find} />
          <SchemeSwitch />
          <UserMenu name={name} onKeys={showKeys} onLeft={() => void navigate(paths.login())} />
        </Group>
      </header>
      <ConnectionLine connection={connection} />
      <div className={classes.body}>
        <Navigation open={menu} onGo={close} />
        <Box component="main" id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </Box>
      </div>
      <ScrollRestoration />
      <Suspense>
        {open === "palette" && <Palette onClose={() => setOpen((now) => (now === "palette" ? null : now))} />}
        {open === "keys" && <KeyList onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

function Navigation({ open, onGo }: { open: boolean; onGo: () => void }) {
  const { pathname } = useLocation();
  return (
    <nav className={classes.nav} data-open={open || undefined} aria-label="Main">
      <Stack gap={2}>
        {PLACES.map(({ to, label, Icon }) => {
          const here = to === "/" ? pathname === "/" : pathname.startsWith(to);
          return (
            <NavLink
              key={to}
              component={RouterLink}
              to={to}
              label={label}
              leftSection={<Icon size={18} aria-hidden />}
              active={here}
              onClick={onGo}
              className={classes.place}
            />
          );
        })}
      </Stack>
      <Box className={classes.foot}>
        <SystemLine />
        <Text size="xs" c="dimmed" component="a" href={`${BASE}/api/openapi.json`} className={classes.footLink}>
          API document
        </Text>
      </Box>
    </nav>
  );
}
