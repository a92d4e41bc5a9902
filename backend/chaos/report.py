"""What a campaign prints at its end: figures, every violation, and what was not looked at."""

from __future__ import annotations

from collections import Counter

from chaos import adoption, oracle
from chaos.evidence import Evidence
from chaos.plan import How

NOT_COVERED = (
    "I7 (the audit chain verifies) was NOT checked: the audit trail is not chained yet.",
    "I6 looks for the passwords of database, broker and first user and an API token; jobs have none of their own.",
)


def show(evidence: Evidence, violations: list[str]) -> None:
    """Print all of it."""
    _struck(evidence)
    _figures(evidence)
    for line in NOT_COVERED:
        print(line)
    for text in violations:
        print(f"VIOLATION {text}")
    print(f"{len(violations)} violations" if violations else "every invariant holds")


def _struck(evidence: Evidence) -> None:
    numbers = Counter((one.name, one.how) for one in evidence.account.strikes)
    for (name, how), number in sorted(numbers.items(), key=str):
        print(f"{number:4} x {how} {name}")
    ends = Counter(f"{job.kind}: {job.status}" for job in evidence.jobs)
    print("; ".join(f"{number} {end}" for end, number in sorted(ends.items())))


def _figures(evidence: Evidence) -> None:
    figure("chaos_jobs", len(evidence.jobs), "jobs")
    figure("chaos_kills", sum(one.how is How.KILL for one in evidence.account.strikes), "kills")
    figure("chaos_lost", _lost(evidence), "jobs")
    figure("chaos_doubled", sum(1 for _ in oracle.nothing_ran_twice(evidence)), "jobs")
    figure("chaos_incomplete_logs", sum(1 for _ in oracle.every_log_is_whole(evidence)), "logs")
    figure("chaos_remade_containers", oracle.remade_containers(evidence), "containers")
    found = adoption.adoptions(evidence.jobs, evidence.account)
    _adoption_figures("adoption", [one.own_s for one in found])
    _adoption_figures("adoption_restarted", [one.own_s for one in found if one.restarted])
    _adoption_figures("adoption_other", [one.own_s for one in found if not one.restarted])
    _adoption_figures("adoption_wall", [one.wall_s for one in found])
    if evidence.agreed_after_s is not None:
        figure("chaos_agreed_after_s", evidence.agreed_after_s, "s")


def _lost(evidence: Evidence) -> int:
    """Accepted jobs without the end that they should have."""
    return len(evidence.missing) + sum(1 for job in evidence.jobs if any(oracle.wrong_end(job)))


def _adoption_figures(name: str, values: list[float]) -> None:
    figure(f"{name}_count", len(values), "adoptions")
    for share in (0.5, 0.99):
        figure(f"{name}_p{round(share * 100)}_s", adoption.percentile(values, share), "s")


def figure(name: str, value: float, unit: str) -> None:
    """One line of the outcome, as the benchmarks print theirs."""
    print(f"figure {name} {value:.3f} {unit}" if isinstance(value, float) else f"figure {name} {value} {unit}")
