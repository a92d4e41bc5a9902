"""`python -m testbed.audit`: Lighthouse (desktop) over overview, editor and job page of a Scripter with demo data,
behind an nginx that hands out the program's files, compresses and speaks HTTP/2 as the one of compose.yaml does.

Lighthouse lives in `frontend/audit`, with a lock of its own: nothing else needs it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

import testbed
from testbed import demo, pictures, processes
from testbed.errors import ServiceError
from testbed.pages import FLAGS, FRONTEND
from testbed.person import NAME, PASSWORD
from testbed.stack import Stack, free_port

PROGRAM = FRONTEND / "audit" / "node_modules" / ".bin" / "lighthouse"
NGINX = FRONTEND.parent / "nginx" / "nginx.conf"
PAGES = {"overview": "/", "editor": "/scripts/{script}", "job": "/jobs/{job}"}
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
START_S = 30

SETTINGS = """
daemon off; worker_processes 1; user root; pid {directory}/nginx.pid; error_log {directory}/nginx.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    {gzip}
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {directory}/server.crt;
        ssl_certificate_key {directory}/server.key;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        location / {{ proxy_pass {upstream}; }}
        location /assets/ {{ root {dist}; expires 1y; }}
        location ~ /stream$ {{ proxy_pass {upstream}; proxy_buffering off; gzip off; }}
    }}
}}
"""


def main() -> None:
    """Print a figure for each page and category, with what was found wrong; exit with 1 if one is below its budget."""
    with tempfile.TemporaryDirectory(prefix="scripter-audit-") as directory, pictures.living(Path(directory)) as stack:
        stack.set_up("up")
        things = demo.fill(stack, stack.data)
        with _compressed(stack, Path(directory)) as url:
            reports = {
                name: _report(url + things.address(address), _cookie(stack.url)) for name, address in PAGES.items()
            }
    below = [_told(name, found, category) for name, found in reports.items() for category in LEAST]
    sys.exit(1 if any(below) else 0)


@contextmanager
def _compressed(stack: Stack, directory: Path) -> Iterator[str]:
    """The address of an nginx before `stack`, which compresses by the settings of the stack's own."""
    port = free_port()
    gzip = " ".join(re.findall(r"^    (gzip.*;)$", NGINX.read_text(encoding="utf-8"), re.MULTILINE))
    _certify(directory / "server.crt", directory / "server.key")
    file = directory / "nginx.conf"
    file.write_text(
        SETTINGS.format(directory=directory, port=port, gzip=gzip, upstream=stack.url, dist=FRONTEND / "dist")
    )
    process = subprocess.Popen(["nginx", "-c", str(file), "-e", f"{directory}/nginx.log"])
    try:
        if not processes.wait_until(lambda: _listens(port), START_S):
            raise ServiceError(f"nginx did not start: {(directory / 'nginx.log').read_text()}")
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _certify(certificate: Path, key: Path) -> None:
    """One that nobody has vouched for; the browser is told not to ask."""
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject, *files],
        check=True,
        capture_output=True,
    )


def _listens(port: int) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


def _cookie(url: str) -> str:
    """A login of its own, as a browser has it."""
    with requests.Session() as browser:
        browser.trust_env = False
        answer = browser.post(f"{url}/api/session", json={"name": NAME, "password": PASSWORD}, timeout=30)
    answer.raise_for_status()
    return "; ".join(f"{one.name}={one.value}" for one in answer.cookies)


def _report(address: str, cookie: str) -> Any:
    wanted = [str(PROGRAM), address, "--preset=desktop", "--output=json", "--quiet"]
    wanted += [f"--only-categories={','.join(LEAST)}", f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    wanted += [f"--chrome-flags=--headless=new --ignore-certificate-errors {' '.join(FLAGS)}"]
    environment = {**os.environ, "CHROME_PATH": testbed.services().chromium}
    done = subprocess.run(wanted, env=environment, capture_output=True, check=True, timeout=600)
    return json.loads(done.stdout)


def _told(page: str, found: Any, category: str) -> bool:
    """Whether the page is below its budget; what was found wrong is printed."""
    audited = found["categories"][category]
    score = 100 * (audited["score"] or 0)
    print(f"figure lighthouse_{page}_{category.replace('-', '_')} {score:.0f} of 100", flush=True)
    for one in audited["auditRefs"] if score < 100 else ():
        audit = found["audits"][one["id"]]
        if one["weight"] and audit["score"] is not None and audit["score"] < 1:
            print(f"  {audit['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip())
    return bool(score < LEAST[category])


if __name__ == "__main__":
    main()
