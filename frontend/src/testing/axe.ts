/** What axe has against what a test has rendered. */
import axe from "axe-core";

/** Ids of broken rules. Colours need a real browser; regions and headings are the page's. */
export async function violations(): Promise<string[]> {
  const off = { enabled: false };
  const rules = { "color-contrast": off, region: off, "page-has-heading-one": off, "heading-order": off };
  return (await axe.run(document.body, { rules })).violations.map((one) => one.id);
}
