"""The database is gone for a while: the server says so, and goes on as soon as it is back."""

import time
from pathlib import Path
from random import Random

from tests.faults.conftest import Measure, Power
from tests.faults.ledger import check_ledger
from tests.faults.letters import letters_of
from tests.faults.site import Site, opened


def test_a_server_outlives_its_database(
    postgres: Power, tmp_path: Path, model_folder: Path, chance: Random, measure: Measure
) -> None:
    assert postgres.server
    with opened(Site(tmp_path, postgres.address, model_folder)) as site:
        token = site.token()
        server = site.serve()
        before, meanwhile = letters_of(chance, 2)
        acknowledged = {before["external_id"]: site.deliver(token, **before).json["id"]}

        postgres.server.kill()
        back_at = time.monotonic() + measure.dark
        while True:
            refused = site.deliver(token, **meanwhile)
            assert refused.status == 503, refused.body
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert int(refused.headers["Retry-After"]) > 0
            ready = site.call("GET", "/readyz")
            assert (ready.status, ready.json["checks"]["database"]) == (503, "unavailable")
            assert site.call("GET", "/healthz").status == 200
            assert site.call("GET", "/api/v1/letters", token=token).status == 503
            if time.monotonic() > back_at:
                break

        postgres.server.start()
        site.wait_until_ready()
        stored = site.deliver(token, **meanwhile)
        assert stored.status == 201, stored.body
        acknowledged[meanwhile["external_id"]] = stored.json["id"]
        assert server.poll() is None
        check_ledger(postgres.address, acknowledged, imported=0)
