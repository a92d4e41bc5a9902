/** What can be done on every page: the ways to the pages, new things, colours, help, the way out. */
import { useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "react-router";
import { paths } from "@/blocks/paths";
import { useLogout } from "@/features/access/api";
import { usePauseAll, useResumeAll } from "@/features/schedules/api";
import { useCommands, type Command } from "@/ui/commands";
import { toast, toastError, toastUndo } from "@/ui/toast";

const PLACES: [keys: string | undefined, label: string, to: string][] = [
  ["g o", "Overview", paths.overview()],
  ["g i", "Images", paths.images()],
  ["g s", "Scripts", paths.scripts()],
  ["g j", "Jobs", paths.jobs()],
  ["g c", "Schedules", paths.schedules()],
  [undefined, "Failed jobs", paths.jobs({ status: "failed" })],
  [undefined, "Account and tokens", paths.account()],
];

export function useFrameCommands({ onPalette, onKeys }: { onPalette: () => void; onKeys: () => void }): void {
  const navigate = useNavigate();
  const logout = useLogout();
  const pause = usePauseAll();
  const resume = useResumeAll();
  const resumed = () => toast("Schedules start jobs again.");
  // Without a question, since it can be taken back at once; the page of the schedules asks for a reason.
  const paused = () => toastUndo("All schedules are paused.", () => resume.mutateAsync());
  const { setColorScheme } = useMantineColorScheme();
  const go = (to: string) => () => void navigate(to);
  const places = PLACES.map(([keys, label, to]): Command => ({ id: `go ${to}`, label, group: "Go to", keys, run: go(to) }));
  const colours = (["light", "dark", "auto"] as const).map(
    (scheme): Command => ({
      id: `colours ${scheme}`,
      label: scheme === "auto" ? "Colours as the system" : `${scheme === "light" ? "Light" : "Dark"} colours`,
      group: "Settings",
      words: "theme scheme mode",
      run: () => setColorScheme(scheme),
    }),
  );
  const commands: Command[] = [
    { id: "search", label: "Search, or do something", group: "Everywhere", keys: "/", run: onPalette },
    { id: "palette", label: "Search, also while typing", group: "Everywhere", keys: "Mod+K", run: onPalette },
    { id: "keys", label: "Keyboard shortcuts", group: "Everywhere", keys: "?", words: "help keys", run: onKeys },
    ...places,
    { id: "new script", label: "New script", group: "Make", keys: "n", run: go(paths.newScript()) },
    { id: "new image", label: "New image", group: "Make", words: "environment docker", run: go(paths.newImage()) },
    {
      id: "pause all",
      label: "Pause all schedules",
      group: "Schedules",
      words: "stop cron",
      run: () => pause.mutate("", { onSuccess: paused, onError: toastError }),
    },
    {
      id: "resume all",
      label: "Resume all schedules",
      group: "Schedules",
      words: "start cron",
      run: () => resume.mutate(undefined, { onSuccess: resumed, onError: toastError }),
    },
    ...colours,
    {
      id: "log out",
      label: "Log out",
      group: "Settings",
      words: "sign out leave",
      run: () => logout.mutate(undefined, { onSuccess: go(paths.login()), onError: toastError }),
    },
  ];
  useCommands(commands, "frame");
}
