"""`python -m chaos --jobs 300 --kills 60 --seed 1`: one campaign; exit code 1 if an invariant does not hold."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from chaos import campaign, oracle, plan, report


def main() -> int:
    """Play, judge, report. The run's directory stays when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description="Kill every service at random, then judge.")
    parser.add_argument("--jobs", type=int, default=300, help="how many jobs clients ask for")
    parser.add_argument("--kills", type=int, default=60, help="how many times something is killed")
    parser.add_argument("--seed", type=int, default=1, help="decides all that is random")
    wish = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="scripter-chaos-", dir="/var/tmp"))
    print(f"seed {wish.seed}: {wish.jobs} jobs, {wish.kills} kills, in {directory}", flush=True)
    chosen = plan.make(seed=wish.seed, jobs=wish.jobs, kills=wish.kills)
    evidence = campaign.run(chosen, directory, _say)
    violations = oracle.judge(evidence)
    campaign.keep(evidence, chosen, directory)
    report.show(evidence, violations)
    print(f"seed {wish.seed}" + (f": what was left is in {directory}" if violations else ""), flush=True)
    if not violations:
        shutil.rmtree(directory)
    return 1 if violations else 0


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
