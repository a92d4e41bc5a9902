"""Looks at TLS certificates: the one that people are shown at server.url, and those in files, which end some day."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject
from scripter.lib import certificates, clock

ABOUT = "certificate"
# Long enough for somebody on holiday, and for those who renew by hand.
_SOON = timedelta(days=21)
_PATIENCE_S = 6.0
_RENEW = "Renew it: put the new certificate and key where the proxy reads them, and let it load them."


def shown(subject: Subject) -> Iterator[Finding]:
    """What whoever opens server.url is shown."""
    address = urlsplit(subject.settings.server.url)
    if address.scheme != "https" or not address.hostname:
        return
    place = f"{address.hostname}:{address.port or 443}"
    try:
        found, doubt = certificates.shown_by(address.hostname, address.port or 443, _PATIENCE_S)
    except OSError as error:
        yield notice(
            ABOUT,
            f"nothing answers at {place} from here: {error.strerror or error}",
            "People may reach it all the same: this looks from inside, perhaps from a network that leads nowhere.",
            "Look from where people are; or name the certificate's file: `scripter doctor --certificate FILE`.",
        )
        return
    yield from _until(f"shown at {place}", [found])
    yield from _believed(place, doubt)


def in_files(files: Iterable[Path]) -> Iterator[Finding]:
    """Files that hold certificates, of servers or authorities."""
    for file in files:
        try:
            found = certificates.of_file(file)
        except (OSError, certificates.Unreadable) as error:
            told = error.strerror if isinstance(error, OSError) else "it holds no certificate"
            remedy = "Name a file in PEM form that Scripter's user can read."
            yield problem(ABOUT, f"{file} cannot be read: {told}", "What needs it does not work.", remedy)
        else:
            yield from _until(f"in {file}", found)


def of_settings(subject: Subject) -> Iterator[Finding]:
    """Those that the settings name."""
    settings = subject.settings
    named = (settings.database.ca_file, settings.database.cert_file, settings.queue.ca_file, settings.queue.cert_file,
             settings.builds.ca_file)  # fmt: skip
    yield from in_files(dict.fromkeys(Path(file) for file in named if file))


def _until(where: str, found: list[bytes]) -> Iterator[Finding]:
    """The one of them that ends first."""
    try:
        end = min(certificates.ends_at(one) for one in found)
    except certificates.Unreadable:
        yield problem(ABOUT, f"what is {where} cannot be read", "Nobody will believe it.", _RENEW)
        return
    left = end - clock.now()
    if left <= timedelta(0):
        told = f"the one {where} ended on {_day(end)}"
        yield problem(ABOUT, told, "Browsers and the command line refuse it: nobody gets in.", _RENEW)
    elif left < _SOON:
        told = f"the one {where} ends in {left.days} days, on {_day(end)}"
        yield warning(ABOUT, told, "From then on browsers and the command line refuse it.", _RENEW)
    else:
        yield ok(ABOUT, f"the one {where} is good until {_day(end)}")


def _believed(place: str, doubt: ssl.SSLCertVerificationError | None) -> Iterator[Finding]:
    if doubt is None or "expired" in doubt.verify_message:
        return
    yield notice(
        ABOUT,
        f"the one shown at {place} is not believed by this machine: {doubt.verify_message}",
        "Browsers warn of it, and the command line refuses it.",
        "Good enough to try things out. Else take one from an authority that people's machines know.",
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
