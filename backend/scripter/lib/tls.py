"""TLS to servers elsewhere: whom to trust, who we are, and what to say when that fails. Used by database and queue."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from scripter.lib.errors import BadInput

# OpenSSL's numbers, which Python hands on without names.
_EXPIRED = 10
_UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}
_OTHER_NAME = {62, 64}


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed (empty: the system's authorities), and with which pair we show who we are."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""


def context(trust: Trust, section: str) -> ssl.SSLContext:
    """For a client that checks the server's certificate and its name.

    Raises:
        BadInput: a file cannot be used; the field is `<section>.ca_file` or `<section>.cert_file`.
    """
    try:
        made = ssl.create_default_context(cafile=trust.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise BadInput.at(f"{section}.ca_file", f"{trust.ca_file} holds no certificates: {error}") from error
    if trust.cert_file:
        try:
            made.load_cert_chain(trust.cert_file, trust.key_file or None)
        except (OSError, ssl.SSLError) as error:
            told = f"{trust.cert_file} and its key cannot be used: {error}"
            raise BadInput.at(f"{section}.cert_file", told) from error
    return made


def unchecked() -> ssl.SSLContext:
    """For a client that is to believe any server: nobody listens in, but who answers is not known. Made in no time,
    since the system's authorities are not read."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def refusal(error: BaseException, section: str) -> str | None:
    """In words, if `error` tells of a certificate that was not believed; None if of something else."""
    found = _cause(error)
    if found is None:
        return None
    if found.verify_code == _EXPIRED:
        return "Its certificate has expired. Renew it on that server."
    if found.verify_code in _UNKNOWN_AUTHORITY:
        return (
            "Its certificate is signed by an authority that this machine does not know. Name the file with that"
            f" authority's certificate in {section}.ca_file."
        )
    if found.verify_code in _OTHER_NAME:
        return f"Its certificate is for another name: {found.verify_message}. Put the right name into {section}.url."
    return f"Its certificate is not accepted: {found.verify_message}."


def _cause(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Libraries wrap it, some in an attribute of their own, and some in a list of all that they tried."""
    todo: list[object] = [error]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if isinstance(one, ssl.SSLCertVerificationError):
            return one
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        inner = (getattr(one, name, None) for name in ("orig", "original_exception", "exception", "reason"))
        todo += [one.__cause__, one.__context__, *one.args, *inner, *getattr(one, "exceptions", ())]
    return None
