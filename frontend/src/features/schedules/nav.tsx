/** The pages about schedules as a whole, side by side. */
import { NavLink, useLocation } from "react-router";
import { paths } from "@/blocks/paths";
import { useInSight } from "@/ui/in-sight";
import classes from "./schedules.module.css";

const PAGES = [
  [paths.schedules(), "List"],
  [paths.week(), "Week"],
  [paths.calendars(), "Blackout calendars"],
  [paths.crontab(), "Import and export"],
] as const;

export function SchedulesNav() {
  const row = useInSight<HTMLElement>('[aria-current="page"]', useLocation().pathname);
  return (
    <nav ref={row} className={classes.tabs} aria-label="Schedules">
      {PAGES.map(([to, label]) => (
        <NavLink key={to} to={to} end className={classes.tab}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
