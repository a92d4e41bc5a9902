/** Where one is in the whole file, however large: a scroll bar over its bytes, with the places of what was found.

The browser's own bar could only tell about the lines that are loaded. The ruler is for pointers; keys have g, G and the
search. */
import { useRef, useState, type PointerEvent } from "react";
import classes from "./log.module.css";

type Props = {
  /** The bytes that can be shown at all. */
  first: number;
  size: number;
  /** The bytes in sight. */
  top: number;
  bottom: number;
  /** Where what was found begins. */
  marks: readonly number[];
  onGo: (offset: number) => void;
};

const LEAST_PX = 28;
const REST_MS = 60;

export function LogRuler({ first, size, top, bottom, marks, onGo }: Props) {
  const [held, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const all = Math.max(1, size - first);
  const share = Math.min(1, (bottom - top) / all);
  const place = held ?? placeOf(top - first, all - (bottom - top));

  const move = (event: PointerEvent<HTMLDivElement>) => {
    const { top: edge, height } = event.currentTarget.getBoundingClientRect();
    const thumb = Math.max(LEAST_PX, share * height);
    const to = placeOf(event.clientY - edge - thumb / 2, height - thumb);
    setHeld(to);
    clearTimeout(timer.current);
    // Not at each pixel of a quick pull: parts that nobody stops at need not be fetched.
    timer.current = setTimeout(() => onGo(first + Math.floor(to * (all - (bottom - top)))), REST_MS);
  };
  const release = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.releasePointerCapture(event.pointerId);
    setHeld(null);
  };
  return (
    <div
      className={classes.ruler}
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => held !== null && move(event)}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {near(marks.map((mark) => (mark - first) / all)).map((at) => (
        <i key={at} className={classes.tick} style={{ top: `${at * 100}%` }} />
      ))}
      {share < 1 && (
        <div
          className={classes.thumb}
          data-held={held !== null || undefined}
          style={{ height: `max(${LEAST_PX}px, ${share * 100}%)`, top: `calc((100% - max(${LEAST_PX}px, ${share * 100}%)) * ${place})` }}
        />
      )}
    </div>
  );
}

function placeOf(at: number, room: number): number {
  return room <= 0 ? 0 : Math.min(1, Math.max(0, at / room));
}

/** Marks that would lie on one another are one. */
function near(places: number[]): number[] {
  return [...new Set(places.map((place) => Math.round(place * 300) / 300))];
}
