import json

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.jobs import enqueue
from service.office import Office
from service.queries.jobs import change_job
from service.tables import audit


@pytest.fixture(autouse=True)
def _at_home(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HONGYAN_HOME", office.settings.home)


def run(*words: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(main, ["jobs", *words])


def states(*words: str) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in run("list", *words).stdout.splitlines()]
    return [(line["id"], line["state"]) for line in lines]


def test_jobs_are_started_listed_cancelled_and_tried_again(office: Office) -> None:
    first, second = (run("start", "flags.refresh").stdout.strip() for _ in range(2))
    assert first == second
    with office.database.write() as connection:
        failed = enqueue(connection, "index.rebuild", {})
        change_job(connection, failed, {"state": "failed"})
    assert states() == [(failed, "failed"), (first, "queued")]
    assert states("--state", "failed") == [(failed, "failed")]
    assert run("retry", failed).exit_code == run("cancel", first).exit_code == 0
    assert states() == [(failed, "queued"), (first, "cancelled")]
    with office.database.read() as connection:
        recorded = [(row.actor, row.action) for row in connection.execute(audit.select()) if row.object_kind == "job"]
    assert sorted(set(recorded)) == [("operator", "cancel"), ("operator", "retry"), ("operator", "start")]


@pytest.mark.parametrize("words", [("cancel", "0"), ("retry", "0"), ("start", "import"), ("list", "--state", "x")])
def test_what_is_not_there_is_a_wrong_call(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
