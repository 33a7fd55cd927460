"""The database is gone for a while: the server says so, and goes on as soon as it is back."""

import json
import time
from pathlib import Path
from random import Random

import psutil

from tests.faults.conftest import Measure, Power
from tests.faults.imports import Imports
from tests.faults.ledger import check_ledger
from tests.faults.letters import file_of, letters_of
from tests.faults.site import READY_WITHIN, Site, opened


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


def test_processes_that_start_while_the_database_is_away_wait_for_it(
    postgres: Power, tmp_path: Path, model_folder: Path, chance: Random
) -> None:
    assert postgres.server
    with opened(Site(tmp_path, postgres.address, model_folder, HONGYAN_WORKER="separate")) as site:
        token = site.token("archive")
        server = site.serve()
        imports = Imports(site, token, [file_of(chance, 5)])
        imports.sent()

        postgres.server.kill()
        worker = site.start("worker")
        for child in psutil.Process(server.pid).children():
            child.kill()
        wait_until_said(site, "waiting for the database", 2)

        postgres.server.start()
        site.wait_until_ready()
        assert [one["state"] for one in imports.ended()] == ["done"]
        assert (server.poll(), worker.poll()) == (None, None)


def wait_until_said(site: Site, words: str, processes: int) -> None:
    """Wait until so many processes of a site have logged something."""
    give_up = time.monotonic() + READY_WITHIN
    while len(who_said(site, words)) < processes:
        assert time.monotonic() < give_up, site.log.read_text()
        time.sleep(0.1)


def who_said(site: Site, words: str) -> set[int]:
    """Return the processes of a site that have logged something."""
    lines = site.log.read_text().splitlines()
    return {json.loads(line)["process"] for line in lines if words in line and line.endswith("}")}
