/** Two texts compared: a head that says which is which, how much differs, and the choice of the layout. */
import { Text } from "@mantine/core";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import code from "@/blocks/code-editor/code.module.css";
import { compare } from "./compare";
import classes from "./diff.module.css";
import { LayoutSwitch, useLayout, type Layout } from "./layout";
import { countLines, type LineCount } from "./lines";

export type TextDiffProps = {
  /** Names the text; its ending decides the language. */
  path: string;
  before: string;
  after: string;
  /** What the two sides are called: "Version 3", "Version 5". */
  labels: { before: string; after: string };
};

export function TextDiffView(props: TextDiffProps) {
  const [layout, setLayout] = useLayout();
  return (
    <section className={classes.frame} aria-label={`${props.path}: ${props.labels.before} and ${props.labels.after}`}>
      <Head path={props.path} lines={countLines(props.before, props.after)}>
        <LayoutSwitch layout={layout} onChange={setLayout} />
      </Head>
      <Comparison {...props} layout={layout} />
    </section>
  );
}

export function Head({ path, lines, children }: { path: string; lines: LineCount | null; children: ReactNode }) {
  return (
    <div className={classes.head}>
      <span className={classes.path}>{path}</span>
      {lines && <Count {...lines} />}
      <span className={classes.side}>{children}</span>
    </div>
  );
}

export function Count({ added, removed }: LineCount) {
  return (
    <span className={classes.count}>
      <span data-kind="added" aria-label={`${added} lines added`} role="img">
        +{added}
      </span>
      <span data-kind="removed" aria-label={`${removed} lines removed`} role="img">
        −{removed}
      </span>
    </span>
  );
}

/** The texts themselves, without a frame. */
export function Comparison({ path, before, after, labels, layout }: TextDiffProps & { layout: Layout }) {
  const host = useRef<HTMLDivElement>(null);
  const same = before === after;
  useLayoutEffect(() => {
    if (!host.current) return;
    const sides = [{ text: before, label: labels.before }, { text: after, label: labels.after }] as const;
    return compare(host.current, path, ...sides, layout === "inline");
  }, [path, before, after, labels.before, labels.after, layout, same]);
  if (same) return <Same labels={labels} />;
  return (
    <>
      <div className={classes.sides} data-layout={layout}>
        <span>{labels.before}</span>
        <span>{labels.after}</span>
      </div>
      <div ref={host} className={`${code.code} ${classes.texts}`} />
    </>
  );
}

function Same({ labels }: { labels: TextDiffProps["labels"] }) {
  return (
    <Text size="sm" c="dimmed" p="md">
      No difference: {labels.before} and {labels.after} are the same here.
    </Text>
  );
}
