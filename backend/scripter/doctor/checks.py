"""The list of all checks, in the order in which people read what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scripter import wiring
from scripter.doctor import broker, certificates, clocks, configuration, database, disk, engine, parts, trials
from scripter.doctor.finding import Finding
from scripter.doctor.running import Check, Watch, run
from scripter.doctor.subject import Subject

# A pull of nothing, a start of a container, and an index that has to be given up on.
_TRIAL_S = 60.0
_NETWORK_S = 90.0


def checks(files: Iterable[Path] = ()) -> list[Check]:
    """All of them; `files` are certificates that are to be looked at as well."""

    def named(_: Subject) -> Iterator[Finding]:
        return certificates.in_files(files)

    return [
        Check("settings", configuration.consistent),
        Check("secret files", configuration.private),
        Check("user", configuration.user),
        Check("data directory", disk.writable),
        Check("engine", engine.reached),
        Check("versions", engine.versions),
        Check("engine's settings", engine.features),
        Check("host path of data", trials.mount, _TRIAL_S),
        Check("network of builds", trials.network, _NETWORK_S),
        Check("network mode egress", trials.egress, _NETWORK_S),
        Check("database", database.reached),
        Check("migrations", database.shape),
        Check("database's settings", database.settings),
        Check("broker", broker.reached),
        Check("workers and clock", parts.alive),
        Check("clocks", clocks.agree),
        Check("certificate", certificates.shown),
        Check("certificates of the settings", certificates.of_settings),
        Check("certificate files", named),
    ]


def look(subject: Subject, watch: Watch, files: Iterable[Path] = ()) -> list[Finding]:
    """Run all checks. Changes nothing; what is made to try things out is gone afterwards."""
    wiring.connect()  # declares the tasks, whose queues are looked at
    return run(checks(files), subject, watch)
