"""What compose.yaml and the Dockerfiles promise, read from the files: who is reached, who may what, who waits for whom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripter.cli import prepare
from scripter.lib import server
from scripter.runners.places import SCRIPT_USER

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "compose.yaml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
# They do their work at each `up` and end.
ONCE = {"secrets", "migrate"}
SERVERS = sorted(set(SERVICES) - ONCE)
DOCKERFILES = [ROOT / "backend" / "Dockerfile", ROOT / "nginx" / "Dockerfile"]
POWERS = {
    "secrets": {"CHOWN", "DAC_OVERRIDE", "FOWNER"},
    "worker": {"SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"},
}


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))


def mounts(service: str) -> list[str]:
    return [str(one) for one in SERVICES[service].get("volumes", [])]


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["nginx"]["networks"] == ["edge"]
    assert FILE["networks"]["inside"] == {"internal": True}


def test_what_holds_the_data_is_not_where_nginx_is() -> None:
    on_edge = {name for name, service in SERVICES.items() if "edge" in service.get("networks", [])}
    assert on_edge == {"nginx", "api", "streams"}
    assert SERVICES["secrets"]["network_mode"] == "none"
    assert all("networks" in SERVICES[name] for name in set(SERVICES) - {"secrets"}), "else: compose's open default"


def test_only_the_worker_has_the_socket_of_the_engine() -> None:
    assert [name for name in SERVICES if any("docker.sock" in mount for mount in mounts(name))] == ["worker"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_privileged_and_powers_are_named(name: str) -> None:
    service = SERVICES[name]
    assert not {"privileged", "pid", "ipc", "userns_mode", "devices"} & set(service)
    assert service.get("network_mode") in (None, "none")
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) == POWERS.get(name, set())
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["init"] is True
    assert ("root" if service.get("user") == "0:0" else "not") == ("root" if name in POWERS else "not")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_takes_the_whole_machine(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+m", service["mem_limit"])
    assert service["pids_limit"] > 0
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize("name", SERVERS)
def test_what_serves_comes_back_by_itself_and_is_asked_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    asked = service["healthcheck"]["test"]
    assert asked[0] == "CMD"
    assert asked[1] not in {"true", "echo", "exit"}


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_prepares_does_not_run_again_by_itself(name: str) -> None:
    assert SERVICES[name]["restart"] == "no"


def test_nobody_begins_before_what_it_needs() -> None:
    needs = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    done, well = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    assert needs == {
        "secrets": {},
        "mariadb": {"secrets": done},
        "rabbitmq": {"secrets": done},
        "nginx": {"secrets": done},
        "migrate": {"mariadb": well},
        "api": {"migrate": done},
        "streams": {"migrate": done},
        "worker": {"migrate": done, "rabbitmq": well},
        "clock": {"migrate": done, "rabbitmq": well},
    }


def test_the_link_of_the_first_login_is_printed_by_one_process_alone() -> None:
    assert SERVICES["api"]["command"] == ["scripter", "web"]
    assert SERVICES["streams"]["command"] == ["scripter", "web", "--silent"]


def test_requests_in_flight_are_answered_before_the_end() -> None:
    for pool in ("api", "streams"):
        assert seconds(SERVICES[pool]["stop_grace_period"]) > server.GRACE_S


def test_every_image_is_one_version() -> None:
    own = re.compile(r"scripter/(app|nginx):\$\{SCRIPTER_TAG:-local\}")
    for service in SERVICES.values():
        assert own.fullmatch(service["image"]) or re.fullmatch(r"[a-z]+:\d+\.\d+", service["image"])
    for dockerfile in DOCKERFILES:
        text = dockerfile.read_text()
        stages = re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE)
        for base in set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - set(stages):
            assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?(-slim)?", base), base


def test_each_image_of_ours_is_built_by_the_first_who_needs_it() -> None:
    built = {service["image"]: name for name, service in SERVICES.items() if "build" in service}
    assert built == {"scripter/app:${SCRIPTER_TAG:-local}": "secrets", "scripter/nginx:${SCRIPTER_TAG:-local}": "nginx"}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=str)
def test_the_classic_builder_is_enough(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    assert not re.search(r"--mount|--chmod|--link|<<|^# *syntax", text, re.MULTILINE)


def test_users_have_the_same_numbers_everywhere() -> None:
    app, nginx = (path.read_text() for path in DOCKERFILES)
    wrapper = (ROOT / "backend" / "container" / "bin" / "scripter").read_text()
    assert f"--uid {prepare.SCRIPTER} " in app
    assert f"USER_ID={prepare.SCRIPTER} " in wrapper
    assert f"USER {prepare.NGINX}:{prepare.NGINX}" in nginx
    assert SERVICES["mariadb"]["group_add"] == [str(prepare.MARIADB)]
    assert SERVICES["rabbitmq"]["group_add"] == [str(prepare.RABBITMQ)]
    numbers = {prepare.SCRIPTER, prepare.MARIADB, prepare.RABBITMQ, prepare.NGINX, *SCRIPT_USER}
    assert len(numbers) == 5, "a script that broke out must be nobody here"


def test_files_that_are_mounted_are_there() -> None:
    for name in SERVICES:
        for mount in mounts(name):
            source = re.sub(r"^\$\{\w+:-([^}]*)\}", r"\1", mount).split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{name}: Docker would make a directory {source}"
            elif not source.startswith("/"):
                assert source in FILE["volumes"]


def test_secrets_lie_where_they_are_looked_for() -> None:
    assert SERVICES["rabbitmq"]["environment"]["RABBITMQ_CONFIG_FILES"] == "/run/secrets/rabbitmq/*.conf"
    named = re.findall(r"_FILE: (\S+)", TEXT)
    assert sorted(set(named)) == [
        "/run/secrets/app/database_url",
        "/run/secrets/app/queue_url",
        "/run/secrets/mariadb/password",
        "/run/secrets/mariadb/root_password",
        "/run/secrets/url",
    ]
    for name in set(SERVICES) - {"secrets", "nginx"}:
        assert "secrets:/run/secrets:ro" in mounts(name)
    assert not any(mount.startswith("secrets") for mount in mounts("nginx")), "it has no business with passwords"


def test_every_variable_is_explained_at_the_top_and_has_a_default() -> None:
    head, _, rest = TEXT.partition("\nx-service:")
    explained = set(re.findall(r"^#   (\w+)=", head, re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", rest)) <= explained
    assert all(":-" in used for used in re.findall(r"\$\{[^}]*\}", rest))
