/** Numbers in addresses. */

/** `/jobs/12` -> 12; anything else has no page. */
export function idFrom(text: string | undefined): number {
  if (!/^[1-9]\d{0,15}$/.test(text ?? "")) throw new Response("Not found", { status: 404 });
  return Number(text);
}
