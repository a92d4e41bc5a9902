"""How builds reach package indexes from a network that only a proxy leads out of; both kinds of build call it.

What is said here is for the time of a build: neither the image nor its history keeps it, and no job is told."""

from __future__ import annotations

import re
import shlex
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripter.lib.errors import BadInput
from scripter.runners.dockerfile import instructions

# What pip, requests, curl, git, Node.js and all that goes by OpenSSL are told the authorities by.
_TRUST = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
# In memory: what a step writes there is not part of its layer.
_INSIDE = "/dev/shm/scripter-authorities.pem"  # noqa: S108
_SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
# The engine's classic builder has no mounts, and writes every build argument into the image's history but those for
# proxies, which need no ARG either. So the authority rides in the one for FTP, which no build speaks, and each step
# begins with this.
_CARRIER = "ftp_proxy"
PRELUDE = f'eval "${_CARRIER}"; '
# A step in shell form. What stands in brackets is a program without a shell, which nothing can be put before.
_RUN = re.compile(r"^(\s*RUN\s+)(?![\[\s]|--)", re.IGNORECASE)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WayOut:
    """`proxy` is an address (perhaps with a password), `no_proxy` names with commas between; `authority` is PEM."""

    proxy: str = ""
    no_proxy: str = ""
    authority: str = ""

    def arguments(self) -> dict[str, str]:
        """The arguments of a build on the engine."""
        return {**self._proxies(), **({_CARRIER: self._introduction()} if self.authority else {})}

    def dockerfile(self, text: str) -> str:
        """`text` with steps that know the authority; its lines stay where they are."""
        if not self.authority:
            return text
        begin = {one.line for one in instructions(text) if one.word == "RUN"}
        lines = text.splitlines(keepends=True)
        return "".join(
            _RUN.sub(lambda found: found[1] + PRELUDE, line) if number in begin else line
            for number, line in enumerate(lines, start=1)
        )

    def environment(self, directory: Path) -> dict[str, str]:
        """For processes that see `directory`, into which the authorities are written if there is one of our own."""
        if not self.authority:
            return self._proxies()
        file = directory / "authorities.pem"
        file.write_text(f"{_of_system()}\n{self.authority}\n", encoding="utf-8")
        return {**self._proxies(), **dict.fromkeys(_TRUST, str(file))}

    def hidden(self, text: str) -> str:
        """`text` without the proxy's password, which programs repeat in their complaints."""
        password = urlsplit(self.proxy).password
        return text.replace(password, "***") if password else text

    def _proxies(self) -> dict[str, str]:
        given = {"http_proxy": self.proxy, "https_proxy": self.proxy, "no_proxy": self.no_proxy} if self.proxy else {}
        # Some programs know the one spelling, some the other.
        return {spelled: value for name, value in given.items() for spelled in (name, name.upper())}

    def _introduction(self) -> str:
        exports = " ".join(f"{name}={_INSIDE}" for name in _TRUST)
        authority = shlex.quote(self.authority)
        return f"unset {_CARRIER}; {{ cat {_SYSTEM} 2>/dev/null; echo {authority}; }} > {_INSIDE}; export {exports}"


def authority_in(file: str) -> str:
    """The certificates in a PEM file, without what else stands there (many put words between, some a key).

    Raises:
        BadInput: at `builds.ca_file`.
    """
    try:
        found = "\n".join(_CERTIFICATE.findall(Path(file).read_text(encoding="utf-8")))
        ssl.create_default_context(cadata=found or "none")
    except (OSError, UnicodeDecodeError, ssl.SSLError, ValueError) as error:
        raise BadInput.at("builds.ca_file", f"{file} holds no certificates that can be read: {error}") from error
    return found


def _of_system() -> str:
    usual = ssl.get_default_verify_paths().cafile or _SYSTEM
    try:
        return Path(usual).read_text(encoding="utf-8")
    except OSError:
        return ""
