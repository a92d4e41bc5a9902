/** Side by side or one below the other: the reader's choice, kept; a phone has room for one column. */
import { SegmentedControl } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";

export type Layout = "beside" | "inline";

export function useLayout(): [Layout, ((layout: Layout) => void) | null] {
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [layout, setLayout] = useLocalStorage<Layout>({ key: "scripter-diff", defaultValue: "beside", getInitialValueInEffect: false });
  return narrow ? ["inline", null] : [layout, setLayout];
}

const LAYOUTS = [
  { value: "beside", label: "Side by side" },
  { value: "inline", label: "Inline" },
];

/** Nothing where there is no choice. */
export function LayoutSwitch({ layout, onChange }: { layout: Layout; onChange: ((layout: Layout) => void) | null }) {
  if (!onChange) return null;
  return <SegmentedControl size="xs" data={LAYOUTS} value={layout} onChange={(next) => onChange(next as Layout)} aria-label="Layout" />;
}
