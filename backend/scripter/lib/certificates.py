"""Reads as much of a TLS certificate as is needed to say until when it is good; used by the doctor."""

from __future__ import annotations

import re
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# The types of DER's values that stand on the way to the validity.
_CONTEXT_0, _UTC_TIME = 0xA0, 0x17
# Of the parts before it: serial number, signature algorithm, issuer.
_BEFORE_VALIDITY = 3


class Unreadable(ValueError):
    """This is no certificate."""


def ends_at(der: bytes) -> datetime:
    """When a certificate ends, by its own word.

    Raises: Unreadable.
    """
    try:
        parts = _parts(_parts(_parts(der)[0][1])[0][1])
        if parts[0][0] == _CONTEXT_0:  # the version, which the first one had not
            parts = parts[1:]
        kind, value = _parts(parts[_BEFORE_VALIDITY][1])[1]
        return _moment(kind, value.decode("ascii"))
    except (IndexError, ValueError) as error:
        raise Unreadable from error


def of_file(file: Path) -> list[bytes]:
    """The certificates in a PEM file.

    Raises: OSError; Unreadable, if there is none.
    """
    found = _PEM.findall(file.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise Unreadable
    try:
        return [ssl.PEM_cert_to_DER_cert(one) for one in found]
    except ValueError as error:
        raise Unreadable from error


def shown_by(host: str, port: int, patience_s: float) -> tuple[bytes, ssl.SSLCertVerificationError | None]:
    """The certificate that a server shows, and why a client with the system's authorities would not believe it.

    Raises: OSError, when nothing answers there or it speaks no TLS.
    """
    try:
        return _handshake(host, port, patience_s, ssl.create_default_context()), None
    except ssl.SSLCertVerificationError as error:
        # Once more without believing anything, only to read it.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return _handshake(host, port, patience_s, context), error


def _handshake(host: str, port: int, patience_s: float, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((host, port), timeout=patience_s) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        return connection.getpeercert(binary_form=True) or b""


def _parts(der: bytes) -> list[tuple[int, bytes]]:
    """The values, each with its type, that stand one behind the other in `der`."""
    found, at = [], 0
    while at < len(der):
        kind, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        found.append((kind, der[at : at + length]))
        at += length
    return found


def _moment(kind: int, text: str) -> datetime:
    """Years have two digits until 2049, and four from then on (RFC 5280)."""
    if kind == _UTC_TIME:
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
