/** The command palette: any script, image, schedule, job or page, and all that can be done. Loaded when first opened. */
import { Loader, Modal, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "@/api/client";
import type { Script } from "@/api/types";
import { paths } from "@/blocks/paths";
import { imagesQuery } from "@/features/images/api";
import { listedIn, schedulesQuery } from "@/features/schedules/api";
import { scriptsQuery } from "@/features/scripts/api";
import { randomKey } from "@/lib/random-key";
import { useAllCommands } from "@/ui/commands";
import { toastError } from "@/ui/toast";
import { Keys } from "./keys";
import classes from "./palette.module.css";
import { found, grouped, jobItem, thingsAsItems, type Item } from "./palette-items";

const NO_THINGS: never[] = [];
const REST_MS = 150;
const MOST_SCHEDULES = 20;
/** The deeds that open this are no choice in it. */
const OPENERS = ["search", "palette"];

export function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { items, loading } = useItems(typed);
  const [at, setAt] = useState(0);
  const id = useId();
  const chosen = items[Math.min(at, items.length - 1)];
  const choose = (one: Item) => {
    onClose();
    one.run();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length > 0) setAt((Math.min(at, items.length - 1) + step + items.length) % items.length);
    else if (event.key === "Enter" && chosen) choose(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Modal.Root opened onClose={onClose} size="lg" yOffset="10dvh">
      <Modal.Overlay />
      <Modal.Content aria-label="Search, or do something">
        <Modal.Body p={0}>
          <div className={classes.field}>
            <Search size={18} aria-hidden />
            <input
              className={classes.input}
              role="combobox"
              aria-expanded
              aria-controls={`${id}-list`}
              aria-activedescendant={chosen && `${id}-${chosen.id}`}
              aria-autocomplete="list"
              aria-label="What to find, or to do"
              placeholder="A script, an image, a job's number, or what to do"
              autoComplete="off"
              spellCheck={false}
              data-autofocus
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value);
                setAt(0);
              }}
              onKeyDown={press}
            />
            {loading && <Loader size="xs" role="status" aria-label="Loading" />}
          </div>
          <Choices id={id} items={items} chosen={chosen} onPoint={(one) => setAt(items.indexOf(one))} onChoose={choose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

type ChoicesProps = { id: string; items: Item[]; chosen: Item | undefined; onPoint: (one: Item) => void; onChoose: (one: Item) => void };

function Choices({ id, items, chosen, onPoint, onChoose }: ChoicesProps) {
  return (
    <div className={classes.list} role="listbox" id={`${id}-list`} aria-label="Found">
      {grouped(items).map(([group, ones]) => (
        <div key={group} role="group" aria-label={group}>
          <div className={classes.group} aria-hidden>
            {group}
          </div>
          {ones.map((one) => (
            <div
              key={one.id}
              id={`${id}-${one.id}`}
              ref={one === chosen ? intoSight : undefined}
              role="option"
              aria-selected={one === chosen}
              className={classes.item}
              onMouseMove={() => onPoint(one)}
              onClick={() => onChoose(one)}
            >
              <span className={classes.label}>{one.label}</span>
              {one.note && <span className={classes.note}>{one.note}</span>}
              {one.keys && <Keys keys={one.keys} />}
            </div>
          ))}
        </div>
      ))}
      {items.length === 0 && (
        <Text p="md" size="sm" c="dimmed" role="option" aria-selected={false} aria-disabled>
          Nothing fits. Jobs are found by their number.
        </Text>
      )}
    </div>
  );
}

function intoSight(line: HTMLElement | null): void {
  line?.scrollIntoView({ block: "nearest" });
}

function useItems(typed: string): { items: Item[]; loading: boolean } {
  const scripts = useQuery(scriptsQuery);
  const images = useQuery(imagesQuery);
  const schedules = useFoundSchedules(typed);
  const commands = useAllCommands();
  const navigate = useNavigate();
  const go = (to: string) => void navigate(to);
  const things = thingsAsItems(
    { scripts: scripts.data?.items ?? NO_THINGS, images: images.data?.items ?? NO_THINGS, schedules: listedIn(schedules.data) },
    { go, run: (script) => void runNow(script, go) },
  );
  const all = [...commands.filter((one) => !OPENERS.includes(one.id)), ...(typed.trim() ? things : [])];
  return {
    items: [...jobItem(typed, go), ...found(typed, all)],
    loading: scripts.isLoading || images.isLoading || schedules.isLoading,
  };
}

/** Scripts and images are all at hand; of the schedules, which may be thousands, the server is asked for those that fit. */
function useFoundSchedules(typed: string) {
  const [sought] = useDebouncedValue(typed.trim().slice(0, 200), REST_MS);
  return useInfiniteQuery({ ...schedulesQuery({ q: sought }, MOST_SCHEDULES), enabled: sought !== "", placeholderData: keepPreviousData });
}

async function runNow(script: Script, go: (to: string) => void): Promise<void> {
  try {
    const job = await answer(
      api.POST("/api/scripts/{script_id}/jobs", {
        params: { path: { script_id: script.id } },
        headers: { "Idempotency-Key": randomKey() },
        body: { arguments: [], environment: {} },
      }),
    );
    go(paths.job(job.id));
  } catch (error) {
    toastError(error as Error);
  }
}
