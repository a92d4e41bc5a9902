import { describe, expect, it } from "vitest";
import { baseOf, withoutBase } from "./base";

function page(content: string | null): Document {
  const made = document.implementation.createHTMLDocument();
  if (content !== null) made.head.append(Object.assign(made.createElement("meta"), { name: "scripter-base", content }));
  return made;
}

describe("the path under which the site lives", () => {
  it("is read from the start page, without its last slash", () => {
    expect(baseOf(page("/scripter/"))).toBe("/scripter");
    expect(baseOf(page("/tools/scripter/"))).toBe("/tools/scripter");
  });

  it("is empty at the top of the host, and where the page does not say", () => {
    expect(baseOf(page("/"))).toBe("");
    expect(baseOf(page(null))).toBe("");
  });

  it("is taken off what the router has put it before, and off nothing else", () => {
    expect(withoutBase("/scripter/jobs?x=1", "/scripter")).toBe("/jobs?x=1");
    expect(withoutBase("/scripter", "/scripter")).toBe("/");
    expect(withoutBase("/scripters", "/scripter")).toBe("/scripters");
    expect(withoutBase("/jobs", "")).toBe("/jobs");
  });
});
