"""A certificate authority of the tests' own, made by openssl: what a company, a broker or a proxy with TLS would have."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, in PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates in a directory; `certificate` is what those who trust it are given."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self.certificate, self._key = directory / "authority.crt", directory / "authority.key"
        basic = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", self._key, "-out", self.certificate, *basic, "-days", "30",
                 "-subj", "/CN=Authority of the tests")  # fmt: skip

    def sign(self, name: str, *, days: int = 30, addresses: str = f"IP:{_ADDRESS},DNS:localhost") -> Pair:
        """A certificate for `addresses` that ends in `days`; 0: it has ended when it is used."""
        made = Pair(self._directory / f"{name}.crt", self._directory / f"{name}.key")
        request, extensions = self._directory / f"{name}.csr", self._directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={addresses}\nextendedKeyUsage=serverAuth,clientAuth\n")
        _openssl("req", "-new", *_NEW_KEY, "-keyout", made.key, "-out", request, "-subj", f"/CN={name}")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                 "-days", days, "-extfile", extensions, "-out", made.certificate)  # fmt: skip
        made.key.chmod(0o644)  # servers that run as users of their own read it, too
        return made


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
