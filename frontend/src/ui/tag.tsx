/** A small remark in a frame, for what is out of the ordinary in a row of a list. */
import classes from "./ui.module.css";

export function Tag({ children, title }: { children: string; title?: string }) {
  return (
    <span className={classes.tag} title={title}>
      {children}
    </span>
  );
}
