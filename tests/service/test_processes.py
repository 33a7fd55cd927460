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

from tests.service.desk import LIFT, LIFT_AGAIN

ROOT = Path(__file__).parents[2]
Tell = Callable[..., Any]


@pytest.fixture
def windows(tmp_path: Path, model_folder: Path, address: str) -> Iterator[tuple[Tell, Tell]]:
    """Open two processes on a fresh database."""
    own = {"HONGYAN_HOME": str(tmp_path), "HONGYAN_MODEL": str(model_folder), "HONGYAN_DATABASE_URL": address}
    environment = {**os.environ, **own}
    command = [sys.executable, "-m", "tests.service.window"]
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 - the command is our own
                    command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for _ in range(2)
        )
        yield _teller(first), _teller(second)


def _teller(process: "subprocess.Popen[str]") -> Tell:
    def tell(**order: str) -> Any:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    return tell


def test_letters_and_removals_are_seen_at_once(windows: tuple[Tell, Tell]) -> None:
    present: list[str] = []
    for turn in range(12):
        here, there = windows[turn % 2], windows[1 - turn % 2]
        present.append(here(take=LIFT)["id"])
        assert sorted(there(near=LIFT)) == sorted(present)
        if turn % 3 == 2:
            there(remove=present.pop(0))
            assert sorted(here(near=LIFT)) == sorted(present)
    assert len(present) == 8


def test_a_matter_forgets_a_letter_that_another_process_removed(windows: tuple[Tell, Tell]) -> None:
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
