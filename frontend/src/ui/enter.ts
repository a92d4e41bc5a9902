/** Enter in a form that has fields with lists: for its `onKeyDown`. */
import type { KeyboardEvent } from "react";

/** With a list open Enter chooses from it, or does nothing: the form is not sent with what was chosen before. */
export function keepEnter(event: KeyboardEvent<HTMLFormElement>): void {
  const { target } = event;
  if (event.key === "Enter" && target instanceof HTMLInputElement && target.ariaExpanded === "true") event.preventDefault();
}
