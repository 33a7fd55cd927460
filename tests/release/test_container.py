"""The files for containers, as far as they can be judged without an engine."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import COMMANDS
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
KNOWN = {f"{PREFIX}CONFIG", *(PREFIX + entry.name.upper() for entry in fields(Settings))}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("prepare", "service", "worker")
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]


def instructions(name: str, text: str = DOCKERFILE) -> list[str]:
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


def test_every_setting_of_the_containers_exists() -> None:
    named = {key for service in OURS for key in SERVICES[service]["environment"]}
    named |= set(re.findall(rf"{PREFIX}[A-Z_]+", DOCKERFILE))
    assert named <= KNOWN


def test_settings_of_compose_can_be_read() -> None:
    for name in OURS:
        given = {key: value for key, value in SERVICES[name]["environment"].items() if key != f"{PREFIX}CONFIG"}
        assert Settings.from_env(given).worker == "separate"


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert any(entry.startswith("/tmp") for entry in service["tmpfs"])  # noqa: S108 - inside the container
    assert not service.get("privileged")
    assert "healthcheck" in service or name == "service", "the server's check is in the image"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_as_nobody_special_and_do_what_exists(name: str) -> None:
    service = SERVICES[name]
    user = service["user"].split(":")[0]
    assert user != "0"
    assert user == instructions("USER", LAST_STAGE)[-1]
    program, command = service["command"]
    assert program == "hongyan-prepare" or command in COMMANDS


def test_nothing_starts_before_the_database_is_migrated() -> None:
    assert SERVICES["prepare"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("service", "worker"):
        assert SERVICES[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_only_the_server_listens_and_only_for_a_proxy_on_the_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "service": [f"127.0.0.1:8000:{SERVICES['service']['environment']['HONGYAN_PORT']}"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert instructions("EXPOSE") == ["8000"]


def test_secrets_come_by_files_that_are_not_in_the_repository() -> None:
    files = {entry["file"] for entry in COMPOSE["secrets"].values()}
    assert all(file.startswith("./secrets/") for file in files)
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    used = {secret for service in SERVICES.values() for secret in service["secrets"]}
    assert used == COMPOSE["secrets"].keys()
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?i)(?:password|secret|token)\s*[:=]\s*['\"]?\w", text.replace("{file:", "")) == []


def test_every_volume_and_network_is_declared() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert mounted == COMPOSE["volumes"].keys()
    joined = {network for service in SERVICES.values() for network in service["networks"]}
    assert joined == COMPOSE["networks"].keys()


def test_images_are_pinned_by_more_than_latest() -> None:
    images = [*instructions("FROM"), *(service["image"] for service in SERVICES.values())]
    tags = [image.split()[0].partition(":")[2] for image in images]
    assert all(re.search(r"\d", tag) for tag in tags), images


def test_the_image_has_the_version_of_the_product() -> None:
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    assert {SERVICES[name]["image"] for name in OURS} == {f"hongyan:{version[1]}"}


def test_the_image_runs_without_rights_is_checked_and_stops_in_peace() -> None:
    assert int(instructions("USER", LAST_STAGE)[-1]) > 0
    assert "/readyz" in instructions("HEALTHCHECK", LAST_STAGE)[0]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert "exec hongyan serve" in instructions("CMD")[-1]


def test_the_image_holds_no_secrets_and_no_tools() -> None:
    assert instructions("ARG") == []
    assert "pip install" not in LAST_STAGE
    assert not re.search(r"(?i)password|secret|token", DOCKERFILE)
    assert "--require-hashes" in DOCKERFILE


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    for line in instructions("COPY"):
        words = [word for word in line.split() if not word.startswith("--")]
        if "--from=build" not in line:
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in sent, source


def test_the_lock_brings_the_driver_of_postgresql() -> None:
    assert re.search(r"^psycopg-binary==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
