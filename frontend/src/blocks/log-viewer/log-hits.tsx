/** The lines that a search has found, each with its neighbours; picking one leads to it in the log. */
import type { LogHit } from "@/api/types";
import { plain } from "./ansi";
import type { Wish } from "./api";
import classes from "./log.module.css";

type Props = { hits: LogHit[]; wish: Wish; current: number; onPick: (index: number) => void };

export function LogHits({ hits, wish, current, onPick }: Props) {
  return (
    <ol className={classes.hits} aria-label="Lines found">
      {hits.map((hit, index) => (
        <li key={hit.offset}>
          <button type="button" className={classes.hit} aria-current={index === current || undefined} onClick={() => onPick(index)}>
            <Near lines={hit.before} />
            <span>
              <Marked text={plain(hit.text)} wish={wish} />
            </span>
            <Near lines={hit.after} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function Near({ lines }: { lines: string[] }) {
  return lines.map((line, index) => (
    <span key={index} className={classes.near}>
      {plain(line) || " "}
    </span>
  ));
}

/** The first place alone: that is why the line is here. */
function Marked({ text, wish }: { text: string; wish: Wish }) {
  const at = wish.case ? text.indexOf(wish.q) : text.toLowerCase().indexOf(wish.q.toLowerCase());
  if (at < 0) return text || " ";
  // A match far to the right must be in sight: what stands before it is cut.
  const from = Math.max(0, at - 40);
  return (
    <>
      {from > 0 && "… "}
      {text.slice(from, at)}
      <mark className={classes.mark}>{text.slice(at, at + wish.q.length)}</mark>
      {text.slice(at + wish.q.length)}
    </>
  );
}
