/** Problems of an image's files below the editor: what, where, and what to do; a click opens the file. */
import { Text } from "@mantine/core";
import { CircleX, Info, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { ImageProblem } from "@/api/types";
import classes from "./problems.module.css";
import { byGravity, problemCount } from "./problems";

const ICONS = { error: CircleX, warning: TriangleAlert, note: Info };
/** More are shown on request: the list stands below the editor and must not push everything away. */
const FIRST = 6;

type Props = { problems: readonly ImageProblem[]; onOpen: (problem: ImageProblem) => void };

export function ProblemList({ problems, onOpen }: Props) {
  const [all, setAll] = useState(false);
  const sorted = byGravity(problems);
  const shown = all ? sorted : sorted.slice(0, FIRST);
  return (
    <section className={classes.problems} aria-label="Problems">
      <Text size="sm" fw={600} role="status" className={classes.count}>
        {problemCount(problems) ?? "No problems found"}
      </Text>
      {shown.length > 0 && (
        <ul>
          {shown.map((problem) => (
            <li key={`${problem.path} ${problem.line} ${problem.rule} ${problem.message}`}>
              <Problem problem={problem} onOpen={() => onOpen(problem)} />
            </li>
          ))}
        </ul>
      )}
      {sorted.length > FIRST && (
        <button type="button" className={classes.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${sorted.length}`}
        </button>
      )}
    </section>
  );
}

function Problem({ problem, onOpen }: { problem: ImageProblem; onOpen: () => void }) {
  const Icon = ICONS[problem.severity];
  return (
    <button type="button" className={classes.problem} data-severity={problem.severity} onClick={onOpen}>
      <Icon size={16} aria-label={problem.severity} role="img" />
      <span>
        {problem.message} {problem.remedy && <span className={classes.remedy}>{problem.remedy}</span>}
      </span>
      <span className={classes.place}>
        {problem.path}
        {problem.line !== null && `:${problem.line}`}
      </span>
    </button>
  );
}
