"""Processes of `hongyan worker` that are killed or stopped in the middle: nothing is lost, nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from model import artefact
from service.caller import Caller
from service.handlers import HANDLERS
from service.jobs import LEASE, enqueue_alone
from service.office import Office
from service.queries import imports as import_queries
from service.tables import automatic_decisions, import_pieces, jobs, letters
from service.uploads import accept
from service.worker import Worker
from tests.service.test_jobs import Watch

LETTERS = 400
COMMAND = [sys.executable, "-c", "from service.cli import main; main()", "worker"]


def bodies() -> list[str]:
    """Return letters that are about nothing, and so about nothing in common."""
    chosen = Random(1)  # noqa: S311 - no secret
    return ["".join(map(chr, chosen.choices(range(0x4E00, 0x9FA5), k=60))) for _ in range(LETTERS)]


@contextmanager
def working(office: Office, address: str, model: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a worker in a process of its own."""
    named = {"HONGYAN_HOME": office.settings.home, "HONGYAN_DATABASE_URL": address, "HONGYAN_MODEL": str(model)}
    with subprocess.Popen(COMMAND, env={**os.environ, **named}, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def row(office: Office, job_id: str) -> Any:
    with office.database.read() as connection:
        return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()


def wait_until_under_way(office: Office, job_id: str) -> None:
    while not 0 < row(office, job_id).done < LETTERS:
        assert row(office, job_id).state in ("queued", "running")
        time.sleep(0.02)


def finish(office: Office) -> None:
    """Do what is left, as if the lease had run out."""
    watch = Watch()
    watch.pass_by(LEASE)
    handlers = {kind: HANDLERS[kind] for kind in ("import", "letters.reanalyse")}
    assert Worker(office, handlers, watch).run_one()


def send(office: Office) -> str:
    content = "".join(json.dumps({"body": body}) + "\n" for body in ["", *bodies()]).encode()
    return accept(office.database, office.keys, Caller("li", "clerk"), "letters.jsonl", content, None)


def check_import(office: Office, job_id: str) -> None:
    with office.database.read() as connection:
        found = import_queries.find_import(connection, job_id)
        assert found
        assert (found.state, found.stored, found.known, found.refused) == ("done", LETTERS, 0, 1)
        assert sorted(connection.execute(select(letters.c.body)).scalars()) == sorted(bodies())
        assert connection.execute(select(func.count()).select_from(import_pieces)).scalar_one() == 0


def test_an_import_whose_worker_is_killed_ends_complete(office: Office, address: str, model_folder: Path) -> None:
    job_id = send(office)
    with working(office, address, model_folder) as process:
        wait_until_under_way(office, job_id)
        process.kill()
    assert row(office, job_id).state == "running"
    finish(office)
    check_import(office, job_id)


def test_a_worker_that_is_told_to_stop_hands_its_import_back(office: Office, address: str, model_folder: Path) -> None:
    job_id = send(office)
    with working(office, address, model_folder) as process:
        wait_until_under_way(office, job_id)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    left = row(office, job_id)
    assert (left.state, left.owner, left.error) == ("queued", None, None)
    finish(office)
    check_import(office, job_id)


def test_two_workers_do_an_import_once(office: Office, address: str, model_folder: Path) -> None:
    job_id = send(office)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(working(office, address, model_folder))
        while row(office, job_id).state != "done":
            time.sleep(0.05)
    check_import(office, job_id)


def test_a_reanalysis_whose_worker_is_killed_reads_each_letter_once(
    office: Office, address: str, newer_folder: Path
) -> None:
    send(office)
    finish(office)
    newer = artefact.load(newer_folder)
    with office.database.write() as connection:
        job_id = enqueue_alone(connection, "letters.reanalyse")
    with working(office, address, newer_folder) as process:
        wait_until_under_way(office, job_id)
        process.kill()
    office.engine.switch(newer)
    finish(office)
    with office.database.read() as connection:
        analyses = list(connection.execute(select(letters.c.analysis)).scalars())
        decided = select(automatic_decisions.c.letter_id).where(automatic_decisions.c.kind == "category")
        counts = connection.execute(select(func.count()).select_from(decided.subquery())).scalar_one()
    assert {analysis["model"]["version"] for analysis in analyses} == {newer.version}
    assert (row(office, job_id).state, counts) == ("done", 2 * LETTERS)
