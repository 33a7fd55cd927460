"""Every statement about what the software decided by itself, and what persons made of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.queries.among import among
from service.queries.batch import insert_batch
from service.tables import automatic_decisions, bases


def keep_basis(
    connection: Connection, basis_id: str, model: str, dictionary: str, thresholds: Mapping[str, Any]
) -> None:
    """Store what decisions rest on, unless it is stored."""
    if connection.execute(select(bases.c.id).where(bases.c.id == basis_id)).scalar() is None:
        values = {"id": basis_id, "model": model, "dictionary": dictionary, "thresholds": thresholds}
        connection.execute(insert(bases).values(values))


def insert_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add automatic decisions."""
    insert_batch(connection, automatic_decisions, rows)


def decisions_on(connection: Connection, letter_id: str) -> list[Row[Any]]:
    """Return the automatic decisions on a letter with what they rest on, oldest first."""
    statement = (
        select(automatic_decisions, bases.c.model, bases.c.dictionary, bases.c.thresholds)
        .join(bases, bases.c.id == automatic_decisions.c.basis_id)
        .where(automatic_decisions.c.letter_id == letter_id)
    )
    return list(connection.execute(statement.order_by(automatic_decisions.c.number)))


def review_latest(connection: Connection, letter_ids: Collection[str], kind: str, values: Mapping[str, Any]) -> None:
    """Write what a person decided to the latest decision of a kind on each of some letters."""
    table = automatic_decisions
    latest = (
        select(func.max(table.c.number))
        .where(among(table.c.letter_id, letter_ids), table.c.kind == kind)
        .group_by(table.c.letter_id)
    )
    numbers = connection.execute(latest).scalars().all()
    connection.execute(update(table).where(among(table.c.number, numbers)).values(values))


def letters_undone_by(connection: Connection, event: int) -> set[str]:
    """Return the letters whose automatic decisions an event put out of force."""
    table = automatic_decisions
    return set(connection.execute(select(table.c.letter_id).where(table.c.undone_by == event)).scalars())
