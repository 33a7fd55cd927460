"""The description of the API against a real server: no status, type or shape that it does not name.

Of what the description calls valid, a good share must succeed: a tester that is only turned away tests nothing.
FUZZ_EXAMPLES makes a longer run, round after round until so many were sent, which tries the bounds of every value too;
`make test-fuzz` is one.
"""

import os
import re
import sys
from itertools import count
from pathlib import Path

from service.caller import ROLES
from tests.service.databases import Shelf, SQLiteShelf
from tests.service.fuzzing import Shares, attack, target

LEAST_SHARE = 0.3
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
SHORT = ["--max-time", "10", "--max-examples", "3", "--phases", "examples,fuzzing,stateful"]
# So many examples of each operation and role, however busy the machine is.
LONG = ["--max-examples", "20"]
LONG_AGAIN = [*LONG, "--phases", "fuzzing,stateful"]


def test_answers_are_as_described_and_a_good_share_succeeds(
    databases: Shelf, tmp_path: Path, model_folder: Path, newer_folder: Path
) -> None:
    shares = Shares()
    roles = ROLES if EXAMPLES or isinstance(databases, SQLiteShelf) else ("admin",)
    with databases.database() as database, target(tmp_path, database, [model_folder, newer_folder]) as attacked:
        for seed in count(1):
            for role in roles:
                folder = tmp_path / f"{role}-{seed}"
                folder.mkdir()
                options = (LONG if seed == 1 else LONG_AGAIN) if EXAMPLES else SHORT
                result = attack(attacked, role, folder, seed, options)
                assert result.returncode == 0, re.sub(r"(%[0-9A-F]{2})+", "%", result.stdout)[-6000:]
                shares.add(folder / "events.ndjson")
            if shares.examples >= EXAMPLES:
                break
    sys.stdout.write(f"{shares.table()}\n")
    assert not shares.below(LEAST_SHARE), shares.table()
