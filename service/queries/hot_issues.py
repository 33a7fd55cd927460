"""Every statement about what rises in a region and class: letters of a time, their links, and who wrote how many."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from service.queries.letters import Sight, moment
from service.tables import identities, letters, links

BEGINNING = 30
# One sign that no keyed hash has stands for all letters without a name together.
NOBODY = "-"


def _code() -> ColumnElement[str]:
    """Return the code of a letter's class of level 2, or else of level 1."""
    return func.coalesce(letters.c.class_code, letters.c.category).label("code")


def _name() -> ColumnElement[str]:
    """Return the name of a letter's class, as its analysis has it."""
    below = letters.c.analysis[("category", "level2", "name")].as_string()
    return func.coalesce(below, letters.c.analysis[("category", "name")].as_string()).label("name")


def _within(sight: Sight, since: datetime, until: datetime) -> list[Any]:
    """Return the conditions on letters with a category that the caller may see, received in [since, until)."""
    received = letters.c.received_at
    known = letters.c.category.is_not(None)
    return [sight.condition(), known, received >= moment(since), received < moment(until)]


def letters_between(connection: Connection, sight: Sight, since: datetime, until: datetime) -> list[Row[Any]]:
    """Return id, matter_id, region, received_at, title, beginning, code and name of letters, newest first."""
    statement = select(
        letters.c.id,
        letters.c.matter_id,
        letters.c.region,
        letters.c.received_at,
        letters.c.title,
        func.substr(letters.c.body, 1, BEGINNING).label("beginning"),
        _code(),
        _name(),
    ).where(*_within(sight, since, until))
    return list(connection.execute(statement.order_by(letters.c.received_at.desc(), letters.c.id.desc())))


def links_between(connection: Connection, sight: Sight, since: datetime, until: datetime) -> list[frozenset[str]]:
    """Return the linked pairs of letters of a time; those linked to letters outside of it are among them."""
    statement = (
        select(links.c.a_id, links.c.b_id)
        .join(letters, letters.c.id == links.c.b_id)
        .where(*_within(sight, since, until))
    )
    return [frozenset((row.a_id, row.b_id)) for row in connection.execute(statement)]


def petitioners_between(
    connection: Connection, sight: Sight, since: datetime, until: datetime
) -> dict[str, frozenset[str]]:
    """Return the hashes of who wrote the letters of a time, by letter; letters without a name are left out."""
    statement = (
        select(identities.c.letter_id, identities.c.hash)
        .join(letters, letters.c.id == identities.c.letter_id)
        .where(*_within(sight, since, until))
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.letter_id, set()).add(row.hash)
    return {letter_id: frozenset(hashes) for letter_id, hashes in found.items()}


def count_petitioners(
    connection: Connection, sight: Sight, since: datetime, until: datetime
) -> dict[tuple[str, str], int]:
    """Return how many different people wrote in a time, by region and class."""
    wrote = (
        select(letters.c.region, _code(), func.coalesce(identities.c.hash, NOBODY).label("who"))
        .outerjoin(identities, identities.c.letter_id == letters.c.id)
        .where(*_within(sight, since, until))
        .subquery()
    )
    people = func.count(wrote.c.who.distinct()).label("people")
    statement = select(wrote.c.region, wrote.c.code, people).group_by(wrote.c.region, wrote.c.code)
    return {(row.region, row.code): row.people for row in connection.execute(statement)}


def first_received(connection: Connection, sight: Sight) -> datetime | None:
    """Return when the oldest letter that the caller may see was received."""
    oldest = connection.execute(select(func.min(letters.c.received_at)).where(sight.condition())).scalar_one()
    return datetime.fromisoformat(oldest) if oldest else None
