/** Tabs whose place is the address: each tab has its own URL, back and forward work. */
import { Box, Tabs } from "@mantine/core";
import { useId, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { useInSight } from "./in-sight";

export type Tab = { value: string; label: string; to: string; panel: ReactNode; keep?: boolean };

/** `keep` leaves a panel standing while another is shown, so that unsaved work in it survives. */
export function UrlTabs({ label, tabs, value }: { label: string; tabs: Tab[]; value: string }) {
  const navigate = useNavigate();
  const id = useId();
  const row = useInSight<HTMLDivElement>('[aria-selected="true"]', value);
  const go = (next: string | null) => {
    const tab = tabs.find((one) => one.value === next);
    if (tab) void navigate(tab.to);
  };
  return (
    <>
      <Tabs id={id} value={value} onChange={go}>
        <Box ref={row} mb="md" style={{ overflowX: "auto", overflowY: "hidden" }}>
          <Tabs.List aria-label={label} miw="max-content" style={{ flexWrap: "nowrap" }}>
            {tabs.map((tab) => (
              <Tabs.Tab key={tab.value} value={tab.value}>
                {tab.label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Box>
      </Tabs>
      {tabs.map((tab) => (
        // Panels of our own: the library's stop the effects of a hidden panel, also those that guard unsaved work.
        <div
          key={tab.value}
          role="tabpanel"
          id={`${id}-panel-${tab.value}`}
          aria-labelledby={`${id}-tab-${tab.value}`}
          hidden={tab.value !== value}
        >
          {(tab.keep || tab.value === value) && tab.panel}
        </div>
      ))}
    </>
  );
}
