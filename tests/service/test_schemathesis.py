"""The description of the API against a real server: no status, type or shape that it does not name."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from service.caller import ROLES, Role
from service.db import Database
from service.migrate import upgrade
from service.settings import Settings
from service.tokens import make_token

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance"
)
SECONDS = os.environ.get("SCHEMATHESIS_SECONDS", "20")
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "5")
READY_WITHIN = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("described")
    database = Database(Settings(home=str(folder)).database_address)
    upgrade(database)
    for role in ROLES:
        (folder / f"{role}.token").write_text(make_token(database, role, role), encoding="ascii")
    database.close()
    return folder


@pytest.fixture(scope="module")
def address(home: Path, model_folder: Path) -> Iterator[str]:
    """Start a server and return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"HONGYAN_HOME": str(home), "HONGYAN_MODEL": str(model_folder), "HONGYAN_PORT": str(port)}
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
    with (home / "log").open("wb") as log:
        environment = {**os.environ, **own, "HONGYAN_DRAIN": "0"}
        server = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603 - our own command
        try:
            yield _ready(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(60)


def _ready(address: str) -> str:
    until = monotonic() + READY_WITHIN
    while monotonic() < until:
        try:
            with urlopen(f"{address}/readyz", timeout=5):  # noqa: S310 - an address of ours
                return address
        except (URLError, ConnectionError):
            sleep(0.2)
    raise TimeoutError("the server does not get ready")


@pytest.mark.parametrize("role", ["clerk", "discipline", "integrator"])
def test_answers_are_as_described_whatever_is_asked(address: str, home: Path, role: Role, tmp_path: Path) -> None:
    token = (home / f"{role}.token").read_text(encoding="ascii")
    lines = tmp_path / "events.ndjson"
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
        f"{address}/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--max-examples", EXAMPLES,
        "--max-time", SECONDS, "--seed", "1", "--no-shrink", "--continue-on-failure",
        "--report", "ndjson", "--report-ndjson-path", str(lines),
    ]  # fmt: skip
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own command
    assert result.returncode == 0, re.sub(r"(%[0-9A-F]{2})+", "%", result.stdout)[-6000:]
