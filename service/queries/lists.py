"""Pages of letters, and how many there are, as far as somebody may know of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from service.queries.letters import WHOLE, Sight, moment
from service.tables import letters

# Of longer lists people are told that they are longer, not how long.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of letters is narrowed by; None means anything."""

    category: str | None = None
    region: str | None = None
    channel: str | None = None
    review: str | None = None
    needs_review: bool | None = None
    visit_level: str | None = None
    restricted: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def page_of_letters(
    connection: Connection, sight: Sight, narrow: Filter, limit: int, after: tuple[str, str] | None
) -> list[Row[Any]]:
    """Return up to `limit` letters, newest first, after the (received_at, id) of the last one seen."""
    statement = WHOLE.where(sight.condition(), *_conditions(narrow))
    if after:
        received_at, letter_id = after
        older = letters.c.received_at < received_at
        statement = statement.where(or_(older, and_(letters.c.received_at == received_at, letters.c.id < letter_id)))
    return list(connection.execute(statement.order_by(letters.c.received_at.desc(), letters.c.id.desc()).limit(limit)))


def count_up_to(connection: Connection, sight: Sight, narrow: Filter, most: int = MOST_COUNTED) -> int:
    """Return how many letters the whole list has; `most` + 1 if there are more than `most`."""
    found = select(letters.c.id).where(sight.condition(), *_conditions(narrow)).limit(most + 1)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def _conditions(narrow: Filter) -> list[ColumnElement[bool]]:
    equal: dict[ColumnElement[Any], Any] = {
        letters.c.category: narrow.category,
        letters.c.region: narrow.region,
        letters.c.channel: narrow.channel,
        letters.c.review: narrow.review,
        letters.c.needs_review: narrow.needs_review,
        letters.c.visit_level: narrow.visit_level,
        letters.c.restricted: narrow.restricted,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if narrow.since:
        conditions.append(letters.c.received_at >= moment(narrow.since))
    if narrow.until:
        conditions.append(letters.c.received_at < moment(narrow.until))
    return conditions
