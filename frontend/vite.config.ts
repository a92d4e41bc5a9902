/** How the pages are built, served while developing, and tested. */
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const backend = process.env.SCRIPTER_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  server: { proxy: { "/api": backend } },
  // Scripts and styles find each other beside themselves, so that the build works below any path. Only the start page
  // cannot know how deep it is asked for: its addresses begin at the host, and whoever serves it puts a path before them.
  base: "./",
  experimental: { renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }) },
  // The server forbids inline scripts and data: scripts, so nothing may be inlined into the page.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file for what every page needs and one for what many do: dozens of a kilobyte each cost more than they save.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "start", tags: ["$initial"], priority: 1 },
            { name: "shared", minShareCount: 8, maxModuleSize: 12_000 },
          ],
        },
      },
    },
    // The first browsers with the CSS function light-dark(); for older ones it would be rewritten, and wrongly.
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
  },
  // The limit is for a test that hangs: typing in a form takes seconds on a machine with other things to do.
  test: { environment: "jsdom", setupFiles: "src/testing/setup.ts", restoreMocks: true, testTimeout: 60_000 },
});
