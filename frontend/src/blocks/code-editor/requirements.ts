/** Names, versions, options and comments of a pip requirements file, for colours. */
import type { StreamParser, StringStream } from "@codemirror/language";

const KINDS: [pattern: RegExp, token: string][] = [
  [/^#.*/, "comment"],
  [/^--?[\w-]+/, "keyword"],
  [/^(===|[=~!<>]=|[<>@;])/, "operator"],
  [/^\d[\w.*+!-]*/, "number"],
  [/^[A-Za-z][\w.-]*/, "variableName"],
];

export const requirements: StreamParser<unknown> = {
  name: "requirements",
  token(stream: StringStream): string | null {
    for (const [pattern, token] of KINDS) if (stream.match(pattern)) return token;
    stream.next();
    return null;
  },
};
