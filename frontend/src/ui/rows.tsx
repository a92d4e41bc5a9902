/** The list that every overview page is: a name that leads on, a note below it, states and times at the side. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./ui.module.css";

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={`${classes.card} ${classes.rows}`} aria-label={label}>
      {children}
    </ul>
  );
}

type RowProps = {
  to?: string;
  name: ReactNode;
  note?: ReactNode;
  side?: ReactNode;
  /** The one of the list that the page shows. */
  current?: boolean;
};

export function Row({ to, name, note, side, current = false }: RowProps) {
  return (
    <li className={classes.row} data-current={current || undefined}>
      <div>
        {to ? (
          <Link to={to} className={classes.rowLink} aria-current={current || undefined}>
            {name}
          </Link>
        ) : (
          <b>{name}</b>
        )}
        {note && <div className={classes.rowNote}>{note}</div>}
      </div>
      {side && <div className={classes.rowSide}>{side}</div>}
    </li>
  );
}

/** Keeps a control inside a row clickable: it lies above the link that covers the row. */
export function Above({ children }: { children: ReactNode }) {
  return <span className={classes.rowAbove}>{children}</span>;
}
