/** Images to start from, as cards of which one is chosen. */
import { Radio } from "@mantine/core";
import type { ImageTemplate } from "@/api/types";
import classes from "./templates.module.css";

type Props = { templates: ImageTemplate[]; chosen: string; onChoose: (template: ImageTemplate) => void };

export function Templates({ templates, chosen, onChoose }: Props) {
  const choose = (key: string) => {
    const template = templates.find((one) => one.key === key);
    if (template) onChoose(template);
  };
  return (
    <Radio.Group label="Start from" value={chosen} onChange={choose}>
      <div className={classes.cards}>
        {templates.map((one) => (
          <label key={one.key} className={classes.card} data-chosen={one.key === chosen || undefined}>
            <Radio value={one.key} aria-label={one.title} aria-describedby={`template-${one.key}`} />
            <span>
              <b>{one.title}</b>
              <span id={`template-${one.key}`} className={classes.offers}>
                {one.offers}
              </span>
            </span>
          </label>
        ))}
      </div>
    </Radio.Group>
  );
}
