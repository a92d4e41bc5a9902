/** What is different between two states of the same form, field by field, so that only that is sent. Pure. */

/** The fields of `now` that `was` has not, or has otherwise; both are what JSON can hold. */
export function changedFields<T extends object>(was: T, now: T): Partial<T> {
  const names = Object.keys(now) as (keyof T)[];
  return Object.fromEntries(names.filter((name) => !isSame(was[name], now[name])).map((name) => [name, now[name]])) as Partial<T>;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
