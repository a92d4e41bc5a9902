/** Colours, fonts and sizes of the whole site; every pair of text and ground keeps a contrast of 4.5 or more. */
import { createTheme, Menu, Modal, Notification, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: 7,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  components: {
    Modal: Modal.extend({
      styles: { title: { fontWeight: 650 } },
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        // Its head is no banner of the site.
        attributes: { header: { role: "presentation" } },
      },
    }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close notice" } } }),
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
  colors: {
    dark: ["#dde2e7", "#b8c0c8", "#98a1aa", "#69727b", "#40474e", "#31373d", "#262b30", "#1e2125", "#17191c", "#101214"],
    pine: ["#e9f7f3", "#d3eee6", "#a6dccd", "#76cab2", "#4fba9b", "#34af8b", "#1f9d7a", "#0f7a5e", "#0b634c", "#074a39"],
    red: ["#fdecec", "#f9d6d5", "#f1aba9", "#ec8480", "#f0716c", "#dd524c", "#cf3f39", "#b3261e", "#931c15", "#6f120d"],
  },
});

/** Mantine's own grey for secondary text is too pale to read on both grounds. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#545b64",
    "--mantine-color-placeholder": "#686f78",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-red-light-color": "#931c15",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b0b8",
    "--mantine-color-placeholder": "#969da5",
    "--mantine-color-error": "#f5938f",
    "--mantine-color-pine-light": "rgb(79 186 155 / 16%)",
    "--mantine-color-pine-light-hover": "rgb(79 186 155 / 22%)",
    "--mantine-color-pine-light-color": "#8fdcc5",
    "--mantine-color-red-light-color": "#f8b4b1",
  },
});
