"""Every statement about what people said of the analysis of letters; there is none that changes or removes a row."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from service.queries.letters import moment
from service.tables import corrections, letters

PIECE = 500


def insert_correction(connection: Connection, at: datetime, values: Mapping[str, Any]) -> None:
    """Add what a person said."""
    connection.execute(insert(corrections).values({**values, "at": moment(at)}))


def steps_of(connection: Connection, letter_id: str) -> list[dict[str, Any]]:
    """Return what people said of a letter, oldest first."""
    statement = select(corrections.c.after).where(corrections.c.letter_id == letter_id)
    return list(connection.execute(statement.order_by(corrections.c.number)).scalars())


def newest_correction(connection: Connection, letter_id: str) -> Row[Any] | None:
    """Return what a person said of a letter last."""
    statement = select(corrections).where(corrections.c.letter_id == letter_id)
    return connection.execute(statement.order_by(corrections.c.number.desc()).limit(1)).one_or_none()


def judged_letters(connection: Connection, restricted: bool) -> Iterator[Row[Any]]:
    """Yield the letters that people judged, in order; accusations only if `restricted`."""
    statement = select(letters).where(letters.c.review.in_(("accepted", "corrected")))
    if not restricted:
        statement = statement.where(letters.c.restricted.is_(False))
    yield from connection.execute(statement.order_by(letters.c.id).execution_options(yield_per=PIECE))
