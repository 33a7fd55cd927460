"""What must be in a database after all faults: every letter once, and once all that belongs to it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, select

from service.db import Database
from service.tables import audit, automatic_decisions, changes, letters, matters, vectors


def check_ledger(address: str, acknowledged: Mapping[str, str], imported: int) -> None:
    """Check that exactly the acknowledged letters and so many imported ones are there, each complete and once."""
    database = Database(address)
    with database.read() as connection:
        rows = list(connection.execute(select(letters)))
        delivered = [(row.external_id, row.id) for row in rows if row.external_id]
        assert sorted(delivered) == sorted(acknowledged.items())
        assert len(rows) - len(delivered) == imported
        ids = [row.id for row in rows]
        assert all(row.analysis and row.category for row in rows)
        assert_each_once(connection, ids, "one analysis", automatic_decisions.c.letter_id, _categories())
        assert_each_once(connection, ids, "one row of the audit", audit.c.object_id, _receipts())
        assert_each_once(connection, ids, "one vector", vectors.c.letter_id)
        assert_each_once(connection, ids, "one change of the index", changes.c.letter_id)
        known = set(connection.execute(select(matters.c.id)).scalars())
        assert {row.matter_id for row in rows} == known, "each letter has a matter, and no matter is empty"
    database.close()


def _categories() -> Iterable[ColumnElement[bool]]:
    return (automatic_decisions.c.kind == "category",)


def _receipts() -> Iterable[ColumnElement[bool]]:
    return (audit.c.action == "receive", audit.c.object_kind == "letter")


def assert_each_once(
    connection: Connection,
    ids: Iterable[str],
    what: str,
    column: ColumnElement[str],
    where: Iterable[ColumnElement[bool]] = (),
) -> None:
    """Check that a column names each letter exactly once, and nothing else."""
    found = Counter(connection.execute(select(column).where(*where)).scalars())
    assert found == Counter(ids), f"each letter has {what}"
