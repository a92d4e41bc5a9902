/** Mounts the application. */
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Providers } from "./app/providers";
import { reloadWhenOutdated } from "./app/outdated";
import { router } from "./app/router";

reloadWhenOutdated();
// From here on what is missing is told by the pages themselves: see public/reload.js.
window.dispatchEvent(new Event("scripter-started"));
const root = document.getElementById("root");
if (!root) throw new Error("The page has no place to mount to.");
createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
