/** Tabs whose place is the address: each tab has its own URL, back and forward work. */
import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

export type Tab = { value: string; label: string; to: string; panel: ReactNode; keep?: boolean };

/** `keep` leaves a panel standing while another is shown, so that unsaved work in it survives. */
export function UrlTabs({ label, tabs, value }: { label: string; tabs: Tab[]; value: string }) {
  const navigate = useNavigate();
  const go = (next: string | null) => {
    const tab = tabs.find((one) => one.value === next);
    if (tab) void navigate(tab.to);
  };
  return (
    <Tabs value={value} onChange={go} keepMounted>
      <Tabs.List aria-label={label} mb="md" style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.value} value={tab.value}>
          {(tab.keep || tab.value === value) && tab.panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
