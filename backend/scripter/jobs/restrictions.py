"""Which jobs may not run beside each other. `service` and `bulk` ask before a job waits, `line` before one is taken.

Who holds a restriction is read from the jobs that are starting or running, and from nothing else: when its job has
ended, however it did, nobody holds it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scripter.jobs.models import Job, JobLock
from scripter.jobs.states import FINAL
from scripter.lib.errors import BadInput, Conflict
from scripter.scripts.models import Held, Restriction, Script

_LONGEST = 100
_LONGEST_REASON = 300
_VALUE = re.compile(r"\{([^{}]+)\}")


class Restricted(Conflict):
    """Another job holds what this one may not share, and the script says not to wait for it."""

    code = "restricted"


def of(script: Script, environment: Mapping[str, str]) -> str | None:
    """What a job of the script with this environment must have to itself; None: nothing.

    Raises:
        BadInput: at `environment.NAME`, when the key needs the value of a variable that is not there.
    """
    match Restriction(script.restriction):
        case Restriction.NONE:
            return None
        case Restriction.SELF:
            return f"self:{script.id}"
        case Restriction.GLOBAL:
            return "global"
        case Restriction.KEY:
            held = f"key:{_VALUE.sub(lambda found: _value(script, environment, found[1]), script.restriction_key)}"
            return held if len(held) <= _LONGEST else f"key:{hashlib.sha256(held.encode()).hexdigest()}"


def refuse(session: Session, script: Script, restriction: str, *, besides: Collection[int] = ()) -> None:
    """Where the script says not to wait: refuse its job while another one waits for the same or holds it, `besides`
    those whose place it takes. Until the transaction ends, nobody else can get past this.

    Raises:
        Restricted: naming the job that is in the way.
    """
    if script.restriction_wait != Held.REFUSE:
        return
    lock(session)
    live = select(Job).where(Job.restriction == restriction, Job.status.not_in(FINAL), Job.id.not_in(besides))
    other = session.scalar(live.options(joinedload(Job.script)).order_by(Job.id).limit(1))
    if other is not None:
        raise Restricted(
            f"{script.name} may not run beside job {other.id} of {other.script.name}, which is {other.status}:"
            f" both need {told(restriction)} to themselves. Nothing was started."
        )


def override(script: Script, restriction: str | None, reason: str) -> str:
    """Why a person starts a job in spite of what holds its restriction, as it is kept.

    Raises:
        BadInput: at `override_reason`.
    """
    kept = reason.strip()
    if not 1 <= len(kept) <= _LONGEST_REASON:
        said = f"say why it has to run beside the others, in at most {_LONGEST_REASON} characters"
        raise BadInput.at("override_reason", said)
    if restriction is None:
        raise BadInput.at("override_reason", f"{script.name} has no restriction: there is nothing to override")
    return kept


def needed(job: Job) -> str | None:
    """What nobody else may hold when this job is taken."""
    return None if job.override_reason is not None else job.restriction


def lock(session: Session) -> None:
    """Let nobody else be judged by restrictions until the transaction ends. Before all other locks of a job's."""
    session.execute(select(JobLock.name).where(JobLock.name == JobLock.RESTRICTION).with_for_update())


def told(restriction: str) -> str:
    """What people call it."""
    kind, _, name = restriction.partition(":")
    return {"self": "the script", "global": "the place of the global scripts"}.get(kind, f"the key {name}")


def _value(script: Script, environment: Mapping[str, str], name: str) -> str:
    if name not in environment:
        told = f"The restriction {script.restriction_key} of {script.name} needs a value for {name}."
        raise BadInput.at(f"environment.{name}", told)
    return environment[name]
