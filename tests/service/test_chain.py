"""The record of who did what is a chain: whatever is changed in it by force is found."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, insert, text

from service.audit import head_of, record, verify_chain
from service.chain import Head, chained, hash_of
from service.cli import main
from service.office import Office
from service.queries.letters import moment
from service.tables import audit
from tests.service.databases import unlock_audit
from tests.service.desk import CLERK

Forger = Callable[[Connection], object]
LOOSE = (
    "UPDATE audit SET detail = 'no JSON' WHERE number = 2",
    "UPDATE audit SET object_id = x'ff' WHERE number = 2",
)


def fill(office: Office) -> None:
    """Record seven rows in three actions."""
    with office.database.write() as connection:
        record(connection, CLERK, "view", "letter", ["a", "b", "c"], {"count": 3})
        record(connection, CLERK, "view", "letter", [])
        record(connection, CLERK, "list", "letters", [""], {"filter": {"since": "2026-01-01"}, "名": ["值", 0.1, None]})
    with office.database.write() as connection:
        record(connection, CLERK, "confirm", "letter", ["d", "e", "f"])


def head(office: Office) -> Head:
    with office.database.read() as connection:
        return head_of(connection)


def forge(office: Office, *statements: str) -> None:
    """Change the audit as somebody can who owns the database."""
    with office.database.write() as connection:
        unlock_audit(connection)
        for statement in statements:
            connection.execute(text(statement))


def fault(office: Office, noted: str | None = None) -> str | None:
    with office.database.read() as connection:
        return verify_chain(connection, noted).fault


@pytest.fixture
def verify(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    return lambda *given: CliRunner(catch_exceptions=False).invoke(main, ["audit", "verify", *given])


def test_an_empty_record_and_a_whole_one_verify(office: Office, verify: Callable[..., Result]) -> None:
    assert json.loads(verify().stdout) == {"number": 0, "hash": "0" * 64}
    fill(office)
    found = verify()
    assert found.exit_code == 0
    assert json.loads(found.stdout) == {"number": 7, "hash": head(office).hash}
    shown = CliRunner(catch_exceptions=False).invoke(main, ["audit", "head"])
    assert shown.stdout == found.stdout


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE number = 3", 3),
        ("UPDATE audit SET at = '2020' WHERE number = 1", 1),
        ("UPDATE audit SET detail = NULL WHERE number = 4", 4),
        ("UPDATE audit SET detail = '{\"count\": 2}' WHERE number = 2", 2),
        *((statement, 2) for statement in LOOSE),
        ("UPDATE audit SET hash = NULL WHERE number = 6", 6),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 5", 5),
        ("DELETE FROM audit WHERE number IN (3, 4)", 3),
        ("UPDATE audit SET number = 9 WHERE number = 4", 4),
        ("UPDATE audit SET number = -1 WHERE number = 4", -1),
        ("INSERT INTO audit VALUES (8, '2026', 'x', 'x', 'x', 'x', 'x', NULL, 'x')", 8),
        ("INSERT INTO audit VALUES (0, '2026', 'x', 'x', 'x', 'x', 'x', NULL, 'x')", 0),
    ],
)
def test_the_first_row_that_is_wrong_or_missing_is_named(
    office: Office, verify: Callable[..., Result], statement: str, row: int
) -> None:
    if not office.database.sqlite and statement in LOOSE:
        pytest.skip("PostgreSQL lets no value in that is not of its column's type")
    fill(office)
    forge(office, statement)
    found = verify()
    assert found.exit_code == 1
    assert f"row {row} " in found.stderr


def test_rows_that_changed_places_are_found(office: Office) -> None:
    fill(office)
    forge(
        office,
        "UPDATE audit SET number = 99 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 4",
        "UPDATE audit SET number = 4 WHERE number = 99",
    )
    assert fault(office) == "row 3 is not what was recorded"


def test_a_changed_row_that_was_chained_anew_breaks_the_next(office: Office) -> None:
    fill(office)
    forge(office)
    with office.database.write() as connection:
        rows = [dict(row._mapping) for row in connection.execute(audit.select().order_by(audit.c.number))]
        forged = hash_of(rows[1]["hash"], {**rows[2], "actor": "nobody"})
        connection.execute(audit.update().where(audit.c.number == 3).values(actor="nobody", hash=forged))
    assert fault(office) == "row 4 is not what was recorded"


def test_rows_cut_off_at_the_end_are_found_by_a_head_that_was_kept(
    office: Office, verify: Callable[..., Result]
) -> None:
    fill(office)
    noted = head(office).hash
    fill(office)
    assert verify("--head", noted).exit_code == 0
    forge(office, "DELETE FROM audit WHERE number >= 6")
    assert verify().exit_code == 0
    found = verify("--head", noted)
    assert found.exit_code == 1
    assert "row 6 is missing" in found.stderr
    assert json.loads(found.stdout)["number"] == 5


def test_numbers_have_no_gap_after_what_was_rolled_back(office: Office) -> None:
    fill(office)
    with office.database.write() as connection:
        record(connection, CLERK, "view", "letter", ["lost"])
        connection.rollback()
    fill(office)
    assert head(office).number == 14
    assert fault(office) is None


def test_a_head_is_given_back_as_it_was_printed_and_nothing_else_is_taken_for_one(
    office: Office, verify: Callable[..., Result]
) -> None:
    printed = CliRunner(catch_exceptions=False).invoke(main, ["audit", "head"]).stdout
    assert verify("--head", printed).exit_code == 0
    for wrong in ("", "7", head(office).hash[:-1], f"{head(office).hash}0"):
        assert verify("--head", wrong).exit_code == 2


def test_the_head_is_logged_when_an_hour_begins(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="service.audit")
    fill(office)
    assert caplog.messages == []
    earlier = moment(datetime.now(UTC) - timedelta(hours=2))
    old = {"at": earlier, "actor": "x", "role": "x", "action": "x", "object_kind": "x", "object_id": "x"}
    with office.database.write() as connection:
        connection.execute(insert(audit), chained(head_of(connection), [{**old, "detail": None}]))
    noted = head(office)
    fill(office)
    assert caplog.messages == [f"audit head: row 8, {noted.hash}"]
    assert fault(office, noted.hash) is None
