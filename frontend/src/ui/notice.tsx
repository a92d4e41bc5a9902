/** A boxed remark that belongs to the page: the frame has the colour, the text stays readable. */
import { Alert, type AlertProps } from "@mantine/core";
import { CircleX, Info, TriangleAlert } from "lucide-react";
import classes from "./ui.module.css";

export type NoticeTone = "info" | "warn" | "bad";

const ICONS = { info: Info, warn: TriangleAlert, bad: CircleX };

type Props = Omit<AlertProps, "color" | "variant"> & { tone: NoticeTone };

export function Notice({ tone, icon, ...rest }: Props) {
  const Icon = ICONS[tone];
  return <Alert role="note" variant="default" icon={icon ?? <Icon size={18} />} {...rest} classNames={{ root: classes.notice, title: classes.noticeTitle, icon: classes.noticeIcon }} data-tone={tone} />;
}
