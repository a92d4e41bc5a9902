/** Tabs whose place is the address: each tab has its own URL, back and forward work. */
import { Tabs } from "@mantine/core";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useNavigate } from "react-router";

export type Tab = { value: string; label: string; to: string; panel: ReactNode; keep?: boolean };

/** `keep` leaves a panel standing while another is shown, so that unsaved work in it survives. */
export function UrlTabs({ label, tabs, value }: { label: string; tabs: Tab[]; value: string }) {
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const [row, tab] = [list.current, document.getElementById(`${id}-tab-${value}`)];
    // Not scrollIntoView, which would scroll the page as well.
    if (row && tab) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }, [id, value]);
  const go = (next: string | null) => {
    const tab = tabs.find((one) => one.value === next);
    if (tab) void navigate(tab.to);
  };
  return (
    <>
      <Tabs id={id} value={value} onChange={go}>
        <Tabs.List ref={list} aria-label={label} mb="md" style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab.value} value={tab.value}>
              {tab.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
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
