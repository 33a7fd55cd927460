"""Letters come in while servers, workers and databases are killed: what was acknowledged is there, once."""

import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

from tests.faults.conftest import Measure, Power
from tests.faults.crowd import Crowd
from tests.faults.imports import Imports
from tests.faults.ledger import check_ledger
from tests.faults.letters import file_of, letters_of, sent
from tests.faults.plug import Plug
from tests.faults.site import Site, opened


def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(
    power: Power, tmp_path: Path, model_folder: Path, measure: Measure, chance: Random, closing: ExitStack
) -> None:
    site = closing.enter_context(opened(Site(tmp_path, power.address, model_folder, HONGYAN_WORKER="separate")))
    token, importer = site.token(), site.token("archive")
    letters = letters_of(chance, measure.letters)
    plug = Plug(site, power.server, chance)
    began = time.monotonic()
    crowd = Crowd(site, token, sent(letters)).start()
    imports = Imports(site, importer, [file_of(chance, measure.rows) for _ in range(measure.imports)])
    for number, part in enumerate(plug.plan(measure.rounds)):
        # Not before the letters of earlier rounds are through, so that each kill meets letters under way.
        crowd.wait_for(int(crowd.total * (number + chance.random()) / (measure.rounds + 1)))
        plug.pull(part)
    crowd.finish()
    seconds = time.monotonic() - began
    ended = imports.ended()
    counts = [(one["state"], one["stored"], one["known"], one["refused"], one["error"]) for one in ended]
    assert counts == [("done", measure.rows - 1, 0, 1, None)] * measure.imports
    assert sorted(crowd.acknowledged) == sorted(letter["external_id"] for letter in letters)
    assert crowd.statuses[201] <= len(letters)
    again = Crowd(site, token, letters).start()
    again.finish()
    assert (again.statuses, again.acknowledged) == ({200: len(letters)}, crowd.acknowledged)
    check_ledger(power.address, crowd.acknowledged, measure.imports * (measure.rows - 1))
    verified = site.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    print(  # noqa: T201 - the long run is made for these numbers
        f"{len(letters)} letters, {len(ended)} imports, {sum(plug.kills.values())} kills {dict(plug.kills)}, "
        f"{crowd.tries} tries in {seconds:.0f} s, answers {crowd.statuses}, slowest restart {plug.slowest:.1f} s"
    )
