/** Rows of tabs that may be wider than a phone. */
import { useEffect, useRef, type RefObject } from "react";

/** For a row that scrolls: what fits `selector` in it stands in its middle, whenever `chosen` changes. */
export function useInSight<Row extends HTMLElement>(selector: string, chosen: string): RefObject<Row | null> {
  const row = useRef<Row>(null);
  useEffect(() => {
    const one = row.current?.querySelector<HTMLElement>(selector);
    // Not scrollIntoView, which would scroll the page as well.
    if (row.current && one) row.current.scrollLeft = one.offsetLeft - (row.current.clientWidth - one.offsetWidth) / 2;
  }, [selector, chosen]);
  return row;
}
