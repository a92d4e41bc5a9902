/** Sign and name at the top left; leads home. */
import { Link } from "react-router";
import { paths } from "@/blocks/paths";
import { BASE } from "@/lib/base";
import classes from "./shell.module.css";

export function Wordmark() {
  return (
    <Link to={paths.overview()} className={classes.wordmark}>
      <img src={`${BASE}/icon.svg`} alt="" width={24} height={24} />
      Scripter
    </Link>
  );
}
