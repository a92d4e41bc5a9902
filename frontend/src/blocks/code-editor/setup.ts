/** What the editor can do: languages by file name, keys, looks. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { json } from "@codemirror/legacy-modes/mode/javascript";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** Everything for one document. `label` is what screen readers call the field. */
export function extensions(path: string, label: string, readOnly: boolean): Extension {
  return [
    language(path),
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("    "),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    search({ top: true }),
    highlightSelectionMatches(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    syntaxHighlighting(classHighlighter),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorState.readOnly.of(readOnly),
    // Ctrl-Enter and Ctrl-S belong to the page; the editor's own meanings of them would act as well.
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => true }])),
    // Tab indents. Escape, then Tab leaves the editor, which the hint below it says.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
  ];
}

function language(path: string): Extension {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  if (name.endsWith(".py") || name.endsWith(".pyi")) return python();
  if (name.startsWith("dockerfile") || name.endsWith(".dockerfile")) return StreamLanguage.define(dockerFile);
  if (name.endsWith(".sh") || name.endsWith(".bash")) return StreamLanguage.define(shell);
  if (name.endsWith(".toml")) return StreamLanguage.define(toml);
  if (name.endsWith(".yml") || name.endsWith(".yaml")) return StreamLanguage.define(yaml);
  if (name.endsWith(".json")) return StreamLanguage.define(json);
  if (/requirements.*\.txt$|constraints.*\.txt$/.test(name)) return StreamLanguage.define(requirements);
  if (name.endsWith(".ini") || name.endsWith(".cfg") || name === ".env") return StreamLanguage.define(properties);
  return [];
}

/** Names, versions, options and comments of a pip requirements file. */
const requirements = {
  name: "requirements",
  token(stream: import("@codemirror/language").StringStream): string | null {
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^--?[\w-]+/)) return "keyword";
    if (stream.match(/^(===|[=~!<>]=|[<>@;])/)) return "operator";
    if (stream.match(/^\d[\w.*+!-]*/)) return "number";
    if (stream.match(/^[A-Za-z][\w.-]*/)) return "variableName";
    stream.next();
    return null;
  },
};
