/** What is wrong, or not wise, in files as they are being edited: asked of the server while one types, and told in words. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { ImageProblem } from "@/api/types";
import type { CodeProblem } from "@/blocks/code-editor/assistant";
import type { DraftFile } from "@/blocks/files/draft";
import { plural } from "@/lib/format";
import { imageKeys } from "./api";

const PAUSE_MS = 400;
const ORDER = { error: 0, warning: 1, note: 2 } as const;

/** Of the files as they were when the last pause began; none while the first answer is on its way. */
export function useProblems(files: DraftFile[]): ImageProblem[] {
  const [settled] = useDebouncedValue(files, PAUSE_MS);
  const { data } = useQuery({ ...problemsQuery(settled), placeholderData: keepPreviousData });
  return data?.items ?? [];
}

/** The rules read these two; of the others they ask only whether they are there. */
const READ = new Set(["Dockerfile", "requirements.txt"]);

export function problemsQuery(files: readonly DraftFile[]) {
  const sent = files.map(({ path, content }) => ({ path, content: READ.has(path) ? content : "" }));
  return queryOptions({
    queryKey: [...imageKeys.all, "problems", sent] as const,
    queryFn: () => answer(api.POST("/api/images/problems", { body: { files: sent } })),
    // Paths that cannot be are told by the save; here they would only flicker.
    retry: false,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** As the editor marks them: from the first letter of the line to its end. What is said of a whole file stands in the list. */
export function marks(problems: readonly ImageProblem[], path: string, content: string): CodeProblem[] {
  const lines = content.split("\n");
  return problems.flatMap((one) => {
    const text = one.line === null ? undefined : lines[one.line - 1];
    if (one.path !== path || one.line === null || text === undefined) return [];
    const begin = text.length - text.trimStart().length;
    return {
      start: { line: one.line, column: begin },
      end: { line: one.line, column: Math.max(begin + 1, [...text.trimEnd()].length) },
      severity: one.severity === "note" ? ("info" as const) : one.severity,
      message: [one.message, one.remedy].filter(Boolean).join(" "),
    };
  });
}

/** The gravest first, then by file and line. */
export function byGravity(problems: readonly ImageProblem[]): ImageProblem[] {
  return [...problems].sort(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || a.path.localeCompare(b.path) || (a.line ?? 0) - (b.line ?? 0),
  );
}

/** `2 errors, 1 warning and 3 notes`; null: there is nothing. */
export function problemCount(problems: readonly ImageProblem[]): string | null {
  const parts = (["error", "warning", "note"] as const)
    .map((severity) => [problems.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => plural(count, severity));
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] ?? null) : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
