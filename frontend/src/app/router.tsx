/** All pages, each loaded when it is first visited. */
import { createBrowserRouter, type RouteObject } from "react-router";
import { preloadEditor } from "@/blocks/code-editor/load";
import { BASE } from "@/lib/base";
import { BareErrorPage, ErrorPage } from "./error-page";
import { RouteFallback } from "./route-fallback";
import { Shell, shellLoader } from "./shell";

function scriptPage() {
  preloadEditor();
  return import("./routes/script");
}

const routes: RouteObject[] = [
  { path: "/setup", lazy: () => import("./routes/setup"), ErrorBoundary: BareErrorPage, HydrateFallback: RouteFallback },
  { path: "/login", lazy: () => import("./routes/login"), ErrorBoundary: BareErrorPage, HydrateFallback: RouteFallback },
  {
    path: "/",
    loader: shellLoader,
    Component: Shell,
    ErrorBoundary: BareErrorPage,
    HydrateFallback: RouteFallback,
    children: [
      {
        ErrorBoundary: ErrorPage,
        children: [
          { index: true, lazy: () => import("./routes/overview") },
          { path: "account", lazy: () => import("./routes/account") },
          { path: "images", lazy: () => import("./routes/images") },
          { path: "images/new", lazy: () => import("./routes/new-image") },
          { path: "images/:id/:tab?", lazy: () => import("./routes/image") },
          { path: "scripts", lazy: () => import("./routes/scripts") },
          { path: "scripts/new", lazy: () => import("./routes/new-script") },
          { path: "scripts/:id/:tab?", lazy: scriptPage },
          { path: "jobs", lazy: () => import("./routes/jobs") },
          { path: "jobs/compare", lazy: () => import("./routes/compare-jobs") },
          { path: "jobs/:id", lazy: () => import("./routes/job") },
          { path: "schedules", lazy: () => import("./routes/schedules") },
          { path: "schedules/new", lazy: () => import("./routes/new-schedule") },
          { path: "schedules/calendar", lazy: () => import("./routes/week") },
          { path: "schedules/calendars", lazy: () => import("./routes/calendars") },
          { path: "schedules/crontab", lazy: () => import("./routes/crontab") },
          { path: "schedules/:id", lazy: () => import("./routes/schedule") },
          { path: "schedules/:id/edit", lazy: () => import("./routes/edit-schedule") },
          { path: "*", lazy: () => import("./routes/not-found") },
        ],
      },
    ],
  },
];

export const router = createBrowserRouter(routes, { basename: BASE || "/" });
