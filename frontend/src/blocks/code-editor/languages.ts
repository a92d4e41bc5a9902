/** Languages by file name. Python is at hand at once, the others are fetched with the first file that needs them. */
import { python } from "@codemirror/lang-python";
import { StreamLanguage, type StreamParser } from "@codemirror/language";
import { Compartment, type Extension } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import { requirements } from "./requirements";

type Load = () => Promise<Extension>;

const stream = (parser: StreamParser<unknown>): Extension => StreamLanguage.define(parser);

const LOADS: [name: RegExp, load: Load][] = [
  [/^dockerfile|\.dockerfile$/, async () => stream((await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile)],
  [/\.(sh|bash)$/, async () => stream((await import("@codemirror/legacy-modes/mode/shell")).shell)],
  [/\.toml$/, async () => stream((await import("@codemirror/legacy-modes/mode/toml")).toml)],
  [/\.(ini|cfg)$|^\.env$/, async () => stream((await import("@codemirror/legacy-modes/mode/properties")).properties)],
  [/\.ya?ml$/, async () => (await import("@codemirror/lang-yaml")).yaml()],
  [/\.json$/, async () => (await import("@codemirror/lang-json")).json()],
  [/\.(md|markdown)$/, async () => (await import("@codemirror/lang-markdown")).markdown()],
];

export function isPython(path: string): boolean {
  return /\.pyi?$/i.test(path);
}

/** The language of the file, or nothing where none is known. */
export function languageOf(path: string): Extension {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  if (isPython(path)) return python();
  if (/(requirements|constraints).*\.txt$/.test(name)) return StreamLanguage.define(requirements);
  const load = LOADS.find(([pattern]) => pattern.test(name))?.[1];
  return load ? whenLoaded(load) : [];
}

/** The document is there at once and gets its colours when the language has come; offline it stays plain. */
function whenLoaded(load: Load): Extension {
  const place = new Compartment();
  const loader = ViewPlugin.define((view) => {
    let alive = true;
    const put = (language: Extension) => alive && view.dispatch({ effects: place.reconfigure(language) });
    load().then(put, () => undefined);
    return {
      destroy: () => {
        alive = false;
      },
    };
  });
  return [place.of([]), loader];
}
