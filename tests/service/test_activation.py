"""A real server of two processes: its model changes while letters come."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from service.db import Database
from service.migrate import upgrade
from service.queries.vectors import count_without_vector
from service.settings import Settings
from service.tables import letters, models
from service.tokens import make_token
from tests.ports import free_port
from tests.service.desk import LIFT

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    port = str(free_port())
    own = {"HONGYAN_HOME": str(tmp_path), "HONGYAN_PORT": port, "HONGYAN_PROCESSES": "2", "HONGYAN_MODEL": ""}
    return {**os.environ, **own}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(Settings(home=str(tmp_path)).database_address)
    upgrade(made)
    yield made
    made.close()


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from service.cli import main; main()", *words]


def hongyan(environment: dict[str, str], *words: str) -> str:
    """Run a command of its own process and return what it prints."""
    run = subprocess.run(  # noqa: S603 - the command is our own
        command(*words), cwd=ROOT, env=environment, text=True, check=True, capture_output=True
    )
    return run.stdout.strip()


@pytest.fixture
def versions(
    environment: dict[str, str], database: Database, model_folder: Path, newer_folder: Path
) -> tuple[str, str]:
    assert database.sqlite
    first = hongyan(environment, "model", "add", str(model_folder), "--activate")
    return first, hongyan(environment, "model", "add", str(newer_folder))


@pytest.fixture
def server(
    environment: dict[str, str], versions: tuple[str, str], tmp_path: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    assert versions
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - the command is our own
            command("serve"), cwd=ROOT, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        yield process
        process.terminate()


@pytest.fixture
def call(server: "subprocess.Popen[bytes]", environment: dict[str, str], database: Database) -> Call:
    token = make_token(database, "admin", "admin")

    def send(method: str, path: str, content: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", int(environment["HONGYAN_PORT"]), timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, None if content is None else json.dumps(content), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def ready() -> bool:
        try:
            return send("GET", "/readyz")[0] == 200
        except OSError:
            return False

    wait_until(ready)
    assert server.poll() is None
    return send


def wait_until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until, "waited for too long"
        time.sleep(0.1)


def used_by_all(call: Call, version: str) -> bool:
    """Say whether process after process, asked often enough to meet each, uses a version."""
    return all(call("GET", "/api/v1/models")[1]["in_use"] == version for _ in range(12))


def stored(database: Database) -> dict[str, str]:
    """Return by external id which version read each letter."""
    with database.read() as connection:
        rows = connection.execute(letters.select())
        return {row.external_id: row.analysis["model"]["version"] for row in rows}


def post(call: Call, number: int) -> tuple[str, int, str]:
    name = f"letter-{number}"
    status, content = call("POST", "/api/v1/letters", {"body": f"{LIFT}第{number}次。", "external_id": name})
    return name, status, content.get("model", {}).get("version", "")


def test_no_letter_is_lost_while_models_change(call: Call, versions: tuple[str, str], database: Database) -> None:
    first, second = versions
    with ThreadPoolExecutor(4) as clients:
        answers = [clients.submit(post, call, number) for number in range(30)]
        assert call("POST", f"/api/v1/models/{second}/activate")[0] == 200
        wait_until(lambda: used_by_all(call, second))
        answers += [clients.submit(post, call, number) for number in range(30, 60)]
        assert call("POST", "/api/v1/models/rollback")[0] == 200
        results = [answer.result() for answer in answers]
    assert [status for _, status, _ in results] == [201] * 60
    assert {version for _, _, version in results} == {first, second}
    assert stored(database) == {name: version for name, _, version in results}
    wait_until(lambda: used_by_all(call, first))
    assert post(call, 60)[2] == first
    wait_until(lambda: lacking(database, first) == 0)


def lacking(database: Database, version: str) -> int:
    with database.read() as connection:
        return count_without_vector(connection, version)


def test_a_kill_in_the_middle_of_an_activation_leaves_one_active_version(
    call: Call,
    server: "subprocess.Popen[bytes]",
    versions: tuple[str, str],
    environment: dict[str, str],
    database: Database,
) -> None:
    for delay, version in zip((0.8, 1.6), (versions[1], versions[0]), strict=True):
        with subprocess.Popen(command("model", "activate", version), cwd=ROOT, env=environment) as activating:  # noqa: S603
            time.sleep(delay)
            psutil.Process(server.pid).children()[0].kill()
            activating.send_signal(signal.SIGKILL)
        with database.read() as connection:
            states = {row.version: row.state for row in connection.execute(models.select())}
        active = [one for one, state in states.items() if state == "active"]
        assert len(active) == 1
        wait_until(lambda known=active[0]: _answers_with(call, known))  # type: ignore[misc]  # bound at once


def _answers_with(call: Call, version: str) -> bool:
    try:
        return used_by_all(call, version)
    except (OSError, http.client.HTTPException):
        return False
