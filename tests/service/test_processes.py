"""Two processes on one database: each sees at once what the other stored or removed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from service.db import Database
from tests.service.desk import LIFT, LIFT_AGAIN, ROAD, count

ROOT = Path(__file__).parents[2]


class Window:
    """Another process of the service, told what to do line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, **order: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def open_window(tmp_path: Path, model_folder: Path, address: str) -> Iterator[Callable[[], Window]]:
    """Open processes on a fresh database."""
    own = {"HONGYAN_HOME": str(tmp_path), "HONGYAN_MODEL": str(model_folder), "HONGYAN_DATABASE_URL": address}
    environment = {**os.environ, **own}
    command = [sys.executable, "-m", "tests.service.window"]
    with ExitStack() as stack:

        def run() -> Window:
            started = subprocess.Popen(  # noqa: S603 - the command is our own
                command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            return Window(stack.enter_context(started))

        yield run


@pytest.fixture
def windows(open_window: Callable[[], Window]) -> tuple[Window, Window]:
    return open_window(), open_window()


def test_letters_and_removals_are_seen_at_once(windows: tuple[Window, Window]) -> None:
    present: list[str] = []
    for turn in range(12):
        here, there = windows[turn % 2], windows[1 - turn % 2]
        present.append(here(take=LIFT)["id"])
        assert sorted(there(near=LIFT)) == sorted(present)
        if turn % 3 == 2:
            there(remove=present.pop(0))
            assert sorted(here(near=LIFT)) == sorted(present)
    assert len(present) == 8


def test_a_matter_forgets_a_letter_that_another_process_removed(windows: tuple[Window, Window]) -> None:
    here, there = windows
    first = here(take=LIFT)
    second = there(take=LIFT_AGAIN)
    assert second["matter"] == first["matter"]
    here(remove=first["id"])
    third = there(take=LIFT_AGAIN)
    assert (third["matter"], third["verdict"]) == (second["matter"], "joint")
    there(remove=second["id"])
    there(remove=third["id"])
    assert here(take=LIFT)["verdict"] == "first"


def test_a_process_killed_while_it_writes_keeps_nobody_waiting(
    windows: tuple[Window, Window], open_window: Callable[[], Window], address: str
) -> None:
    here, there = windows
    first = here(take=LIFT)
    here(hold="unfinished")
    here.kill()
    second = there(take=LIFT_AGAIN)
    assert second["matter"] == first["matter"]
    restarted = open_window()
    assert sorted(restarted(near=LIFT)) == [first["id"]]
    assert restarted(take=ROAD)["verdict"] == "first"
    database = Database(address)
    assert count(database, "letters") == 3
    assert count(database, "matters") == 2
    database.close()
