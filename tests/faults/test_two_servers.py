"""Two servers on one SQLite file: both work, and neither is missed when it dies."""

from random import Random

from tests.faults.crowd import Crowd
from tests.faults.ledger import check_ledger
from tests.faults.letters import letters_of
from tests.faults.site import Site


def test_two_servers_share_a_file_and_one_that_is_killed_blocks_nobody(site: Site, chance: Random) -> None:
    token = site.token()
    there = site.neighbour()
    letters = letters_of(chance, 60)
    killed = site.serve()
    there.serve()
    crowds = [Crowd(site, token, letters).start(), Crowd(there, token, letters).start()]
    crowds[0].wait_for(20)
    site.kill(killed)
    crowds[1].finish()
    site.serve()
    crowds[0].finish()
    assert crowds[0].acknowledged == crowds[1].acknowledged
    seen = [one.call("GET", "/api/v1/letters?limit=500", token=token).json["items"] for one in (site, there)]
    assert [len(items) for items in seen] == [60, 60]
    check_ledger(site.address, crowds[0].acknowledged, imported=0)
    assert site.command("audit", "verify").returncode == 0
