/** What jsdom lacks and the components ask for; loaded before every test file. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// How long a test waits for what is to appear: on a machine with other things to do a second is short.
configure({ asyncUtilTimeout: 15_000 });

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;

window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// A text area that grows with its text measures it again when a font has come.
Object.defineProperty(document, "fonts", { value: new EventTarget() });
