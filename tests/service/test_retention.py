from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service import retention
from service.office import Office
from service.queries.matters import insert_event
from service.retention import anonymise
from service.tables import audit, identities, letters, sealed
from tests.service.desk import LIFT, QIAN, ROAD, WAGES, ZHAO, Desk, LetIn, count, take

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = "2025-01-05"


def nothing(_count: int) -> None:
    pass


def tell(office: Office, matter: str, kind: str, days_ago: int) -> None:
    with office.database.write() as connection:
        insert_event(connection, matter, NOW - timedelta(days=days_ago), kind, {})


def put(office: Office, body: str, *steps: tuple[str, int], received: str = LONG_AGO) -> str:
    """Store a letter and the steps of its matter, as days ago; returns its id."""
    row = take(office, f"我叫赵铁柱。{body}", petitioner=ZHAO, received_at=received).row
    for kind, days_ago in steps:
        tell(office, row.matter_id, kind, days_ago)
    return str(row.id)


def left(office: Office) -> set[str]:
    """Return the letters of which anything is sealed; the same ones have hashes of who wrote."""
    with office.database.read() as connection:
        kept = set(connection.execute(select(sealed.c.letter_id)).scalars())
        assert kept == set(connection.execute(select(identities.c.letter_id)).scalars())
    return kept


def test_letters_of_matters_closed_long_ago_are_anonymised(office: Office) -> None:
    closed = put(office, LIFT, ("accepted", 300), ("closed", 200), ("satisfaction", 190))
    kept = put(office, ROAD, ("closed", 90))
    open_still = put(office, WAGES, ("accepted", 300))
    assert anonymise(office.database, 100, NOW, nothing) == 1
    assert left(office) == {kept, open_still}
    with office.database.read() as connection:
        row = connection.execute(select(letters).where(letters.c.id == closed)).one()
        entry = connection.execute(select(audit).where(audit.c.action == "anonymise")).one()
    assert row.body == f"我叫赵**。{LIFT}"
    assert (entry.object_id, entry.detail) == (closed, {"days": 100})
    assert count(office.database, "vectors") == 3
    assert anonymise(office.database, 100, NOW, nothing) == 0


@pytest.mark.parametrize("step", ["review_requested", "accepted", "routed"])
def test_a_matter_that_went_on_is_kept(office: Office, step: str) -> None:
    letter = put(office, LIFT, ("closed", 200), (step, 150))
    assert anonymise(office.database, 100, NOW, nothing) == 0
    assert left(office) == {letter}


def test_a_matter_whose_end_was_taken_back_is_kept(office: Office) -> None:
    row = take(office, LIFT, petitioner=ZHAO, received_at=LONG_AGO).row
    with office.database.write() as connection:
        end = insert_event(connection, row.matter_id, NOW - timedelta(days=200), "closed", {})
        insert_event(connection, row.matter_id, NOW - timedelta(days=199), "taken_back", {}, end)
    assert anonymise(office.database, 100, NOW, nothing) == 0
    assert left(office) == {row.id}


def test_a_matter_with_a_letter_after_its_end_is_kept(office: Office) -> None:
    letter = put(office, LIFT, ("closed", 200), received="2026-03-01")
    assert anonymise(office.database, 100, NOW, nothing) == 0
    assert left(office) == {letter}


def test_without_a_number_of_days_all_is_kept(office: Office) -> None:
    letter = put(office, LIFT, ("closed", 2000))
    assert anonymise(office.database, 0, NOW, nothing) == 0
    assert left(office) == {letter}


def test_what_was_interrupted_is_gone_on_with(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for body in (LIFT, ROAD, WAGES):
        put(office, body, ("closed", 200))
    told: list[int] = []

    def stop(size: int) -> None:
        told.append(size)
        if len(told) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        anonymise(office.database, 100, NOW, stop)
    assert len(left(office)) == 1
    assert anonymise(office.database, 100, NOW, nothing) == 1


def test_an_anonymised_letter_names_nobody_to_anybody(office: Office, clerk: Desk, let_in: LetIn) -> None:
    letter = put(office, LIFT, ("closed", 200))
    anonymise(office.database, 100, NOW, nothing)
    view = clerk.read(f"/letters/{letter}")
    assert (view["petitioner"], view["body"]) == (None, f"我叫赵**。{LIFT}")
    original: Any = let_in("supervisor").post(f"/letters/{letter}/unmask", {"reason": "核实情况"}).json
    assert (original["body"], original["petitioners"]) == (view["body"], [])
    take(office, LIFT, petitioner=QIAN)
