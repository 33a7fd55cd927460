"""Every statement about how letters and what is said of them change; accusations are in none of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from service.queries.letters import moment
from service.tables import letters

PIECE = 5000


def facts_between(connection: Connection, since: datetime, until: datetime) -> Iterator[Row[Any]]:
    """Yield category, needs_review, review, length and confidence of the letters stored in a time."""
    confidence = letters.c.analysis[("category", "confidence")].as_float().label("confidence")
    length = (func.length(letters.c.title) + func.length(letters.c.body)).label("length")
    statement: Select[Any] = select(
        letters.c.category, letters.c.needs_review, letters.c.review, length, confidence
    ).where(letters.c.restricted.is_(False), letters.c.stored_at >= moment(since), letters.c.stored_at < moment(until))
    yield from connection.execute(statement.execution_options(yield_per=PIECE))


def texts_between(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Row[Any]]:
    """Return id, title and body of the last letters stored in a time."""
    statement = (
        select(letters.c.id, letters.c.title, letters.c.body)
        .where(
            letters.c.restricted.is_(False), letters.c.stored_at >= moment(since), letters.c.stored_at < moment(until)
        )
        .order_by(letters.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(statement))


def first_stored(connection: Connection) -> str | None:
    """Return when the first letter was stored."""
    return connection.execute(select(func.min(letters.c.stored_at))).scalar_one_or_none()
