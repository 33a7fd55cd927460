"""Pages of letters, and how many there are, as far as somebody may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, case, func, literal, or_, select

from service.queries.among import among
from service.queries.deadlines import DueFilter, due_letters, first_due, first_due_of, matters_due, nothing_due
from service.queries.letters import WHOLE, Sight, ahead, behind, moment
from service.queries.search import count_words, find_words
from service.search_words import Wanted
from service.tables import letters

Fact = Literal["category", "region", "channel"]
Order = Literal["newest", "oldest", "due"]
# Letters in whose matters nothing is due stand behind all times, by their receipt after this.
NOTHING_DUE = "~"
# Of longer lists people are told that they are longer, not how long.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of letters is narrowed by, and its order; None means anything."""

    category: str | None = None
    level2: str | None = None
    region: str | None = None
    channel: str | None = None
    verdict: str | None = None
    review: str | None = None
    needs_review: bool | None = None
    visit_level: str | None = None
    restricted: bool | None = None
    lacking: Fact | None = None
    suggested: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: Wanted | None = None
    due: DueFilter | None = None
    order: Order = "newest"


def page_of_letters(
    connection: Connection, sight: Sight, narrow: Filter, limit: int, after: tuple[str, str] | None
) -> list[tuple[str, Row[Any]]]:
    """Return up to `limit` letters, each with the time that it stands at, behind the time and id of the last one seen.

    They stand at their receipt, newest or oldest first; ordered by what is due, or narrowed to it, at its time, what is
    due first first, and behind it those where nothing is due.
    """
    found = _places(connection, sight, narrow, limit, after)
    ids = [letter_id for _, letter_id in found]
    rows = {row.id: row for row in connection.execute(WHOLE.where(among(letters.c.id, ids)))} if ids else {}
    return [(at or rows[one].received_at, rows[one]) for at, one in found]


def _places(
    connection: Connection, sight: Sight, narrow: Filter, limit: int, after: tuple[str, str] | None
) -> Sequence[tuple[str | None, str]]:
    """Return time and id of a page: what is shown of it is a small part of what is looked at."""
    conditions = [sight.condition(), *_conditions(narrow)]
    if narrow.text is not None:
        return [(None, one) for one in find_words(connection, narrow.text, conditions, limit, after)]
    if narrow.due is not None:
        return [(row.due_at, row.id) for row in due_letters(connection, sight, conditions, narrow.due, limit, after)]
    if narrow.order == "due":
        if sight.partial:
            return _by_deadline_apart(connection, conditions, limit, after)
        return _by_deadline(connection, sight, conditions, limit, after)
    oldest_first = narrow.order == "oldest"
    if narrow.review is None or narrow.needs_review is not None:
        return _by_receipt(connection, conditions, limit, after, oldest_first)
    # What stands under a review is in order for each answer to whether it needs one: so few are not looked for in all.
    halves = (letters.c.needs_review.is_(True), letters.c.needs_review.is_(False))
    found = [_by_receipt(connection, [*conditions, half], limit, after, oldest_first) for half in halves]
    return sorted(chain(*found), reverse=not oldest_first)[:limit]


def _by_receipt(
    connection: Connection,
    conditions: list[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
    oldest_first: bool,
) -> list[tuple[str, str]]:
    at, one = letters.c.received_at, letters.c.id
    statement = select(at, one).where(*conditions).limit(limit)
    if after:
        statement = statement.where((ahead if oldest_first else behind)(at, one, after))
    statement = statement.order_by(at, one) if oldest_first else statement.order_by(at.desc(), one.desc())
    return [(row.received_at, row.id) for row in connection.execute(statement)]


def _by_deadline(
    connection: Connection,
    sight: Sight,
    conditions: list[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[tuple[str | None, str]]:
    """Return first what is due, in the order of its times, and behind it, oldest first, where nothing is."""
    found: list[tuple[str | None, str]] = []
    if after is None or not after[0].startswith(NOTHING_DUE):
        due = due_letters(connection, sight, conditions, DueFilter(), limit, after)
        found, after = [(row.due_at, row.id) for row in due], None
    else:
        after = after[0].removeprefix(NOTHING_DUE), after[1]
    if len(found) < limit:
        rest = _by_receipt(connection, [*conditions, nothing_due()], limit - len(found), after, oldest_first=True)
        found += [(f"{NOTHING_DUE}{at}", one) for at, one in rest]
    return found


def _by_deadline_apart(
    connection: Connection, conditions: list[ColumnElement[bool]], limit: int, after: tuple[str, str] | None
) -> list[tuple[str | None, str]]:
    """Return what `_by_deadline` returns, by asking each letter: quick where they are few among all that is due."""
    place = func.coalesce(first_due_of(letters), literal(NOTHING_DUE) + letters.c.received_at).label("place")
    found = select(place, letters.c.id).where(*conditions).subquery()
    statement = select(found.c.place, found.c.id).order_by(found.c.place, found.c.id).limit(limit)
    if after:
        statement = statement.where(ahead(found.c.place, found.c.id, after))
    return [(row.place, row.id) for row in connection.execute(statement)]


def place_of(connection: Connection, row: Row[Any], order: Order) -> tuple[str, str]:
    """Return the time and id at which a letter stands in a list of an order."""
    if order != "due":
        return row.received_at, row.id
    return first_due(connection, row.matter_id) or f"{NOTHING_DUE}{row.received_at}", row.id


def count_up_to(connection: Connection, sight: Sight, narrow: Filter, most: int = MOST_COUNTED) -> int:
    """Return how many letters the whole list has; `most` + 1 if there are more than `most`."""
    conditions = [sight.condition(), *_conditions(narrow)]
    if narrow.text is not None:
        return count_words(connection, narrow.text, conditions, most + 1)
    if narrow.due is not None:
        return len(due_letters(connection, sight, conditions, narrow.due, most + 1))
    found = select(letters.c.id).where(*conditions).limit(most + 1)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def _conditions(narrow: Filter) -> list[ColumnElement[bool]]:
    equal: dict[ColumnElement[Any], Any] = {
        letters.c.category: narrow.category,
        letters.c.class_code: narrow.level2,
        letters.c.region: narrow.region,
        letters.c.channel: narrow.channel,
        letters.c.verdict: narrow.verdict,
        letters.c.review: narrow.review,
        letters.c.needs_review: narrow.needs_review,
        letters.c.visit_level: narrow.visit_level,
        letters.c.restricted: narrow.restricted,
        _suggested(): narrow.suggested,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if narrow.lacking:
        # In words of which the database knows how seldom they hold.
        conditions.append(or_(letters.c[narrow.lacking].is_(None), letters.c[narrow.lacking] == ""))
    if narrow.since:
        conditions.append(letters.c.received_at >= moment(narrow.since))
    if narrow.due and narrow.text:
        conditions.append(letters.c.matter_id.in_(matters_due(narrow.due)))
    if narrow.until:
        conditions.append(letters.c.received_at < moment(narrow.until))
    return conditions


def _suggested() -> ColumnElement[str | None]:
    """Return the category that was suggested; where nobody corrected it, it is the one that holds."""
    first: ColumnElement[str] = letters.c.automatic[("category", "code")].as_string()
    return case((letters.c.review == "corrected", first), else_=letters.c.category)
