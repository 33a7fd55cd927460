"""The description of the API against a real server: no status, type or shape that it does not name.

Of what the description calls valid, a good share must succeed: a tester that is only turned away tests nothing.
FUZZ_SECONDS and FUZZ_EXAMPLES make a longer run for each role; `make test-fuzz` is one.
"""

import os
import re
import sys
from pathlib import Path

from service.caller import ROLES
from tests.service.databases import Shelf, SQLiteShelf
from tests.service.fuzzing import Shares, attack, target

LEAST_SHARE = 0.3
SECONDS = os.environ.get("FUZZ_SECONDS", "10")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "3")
LONG = "FUZZ_SECONDS" in os.environ


def test_answers_are_as_described_and_a_good_share_succeeds(
    databases: Shelf, tmp_path: Path, model_folder: Path, newer_folder: Path
) -> None:
    shares = Shares()
    with databases.database() as database, target(tmp_path, database, [model_folder, newer_folder]) as attacked:
        for role in ROLES if LONG or isinstance(databases, SQLiteShelf) else ("clerk",):
            folder = tmp_path / role
            folder.mkdir()
            result = attack(attacked, role, folder, ["--max-examples", EXAMPLES, "--max-time", SECONDS])
            assert result.returncode == 0, re.sub(r"(%[0-9A-F]{2})+", "%", result.stdout)[-6000:]
            shares.add(folder / "events.ndjson")
    sys.stdout.write(f"{shares.table()}\n")
    assert not shares.below(LEAST_SHARE), shares.table()
