"""The description of the API against a real server: no status, type or shape that it does not name.

Of what the description calls valid, a good share must succeed: a tester that is only turned away tests nothing.
FUZZ_SECONDS for each role makes a longer run, which tries the bounds of every value too; `make test-fuzz` is one.
"""

import os
import re
import sys
from pathlib import Path

from service.caller import ROLES
from tests.service.databases import Shelf, SQLiteShelf
from tests.service.fuzzing import Shares, attack, target

LEAST_SHARE = 0.3
SECONDS = os.environ.get("FUZZ_SECONDS")
LONG = ["--max-time", SECONDS or "", "--max-examples", "1000"]
SHORT = ["--max-time", "10", "--max-examples", "3", "--phases", "examples,fuzzing,stateful"]


def test_answers_are_as_described_and_a_good_share_succeeds(
    databases: Shelf, tmp_path: Path, model_folder: Path, newer_folder: Path
) -> None:
    shares = Shares()
    with databases.database() as database, target(tmp_path, database, [model_folder, newer_folder]) as attacked:
        for role in ROLES if SECONDS or isinstance(databases, SQLiteShelf) else ("admin",):
            folder = tmp_path / role
            folder.mkdir()
            result = attack(attacked, role, folder, LONG if SECONDS else SHORT)
            assert result.returncode == 0, re.sub(r"(%[0-9A-F]{2})+", "%", result.stdout)[-6000:]
            shares.add(folder / "events.ndjson")
    sys.stdout.write(f"{shares.table()}\n")
    assert not shares.below(LEAST_SHARE), shares.table()
