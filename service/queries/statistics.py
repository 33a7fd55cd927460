"""Every statement that counts letters of a time for statistics; none counts who wrote or a danger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, func, select

from service.queries.among import among
from service.queries.letters import WHOLE, Sight, between, moment
from service.tables import deadlines, events, identities, letters

# A time is stored as 2026-03-05T01:07:...; so much of it names the hour.
HOUR = len("2026-03-05T01")
VISIT = "visit"
_SUGGESTED = letters.c.automatic[("category", "code")].as_string()


@dataclass(frozen=True, slots=True)
class Counted:
    """Which letters count: those that a caller may see, or of these accusations only or none."""

    sight: Sight
    restricted: bool | None = None

    def condition(self) -> list[Any]:
        """Return the conditions on letters."""
        chosen = [] if self.restricted is None else [letters.c.restricted.is_(self.restricted)]
        return [self.sight.condition(), *chosen]

    def received(self, since: datetime, until: datetime) -> list[Any]:
        """Return the conditions on letters received in [since, until)."""
        return [*self.condition(), between(letters.c.received_at, since, until)]


def _people() -> ColumnElement[int]:
    """Return how many people stand behind a letter: those who came, or who signed, and at least one."""
    signed = select(func.count()).where(identities.c.letter_id == letters.c.id).scalar_subquery()
    came = func.coalesce(letters.c.people_present, 1)
    most = case((signed > came, signed), else_=came)
    return case((most < 1, 1), else_=most)


def counts_between(
    connection: Connection, counted: Counted, since: datetime, until: datetime, below: bool = False
) -> list[Row[Any]]:
    """Return category, region, channel, verdict and review with letters and people of each combination.

    With `below` the class of level 2, `class_code`, stands among them.
    """
    columns: list[ColumnElement[Any]] = [
        letters.c[name] for name in ("category", "region", "channel", "verdict", "review")
    ]
    if below:
        columns.append(letters.c.class_code)
    inner = select(*columns, _people().label("people")).where(*counted.received(since, until)).subquery()
    named = [inner.c[column.name] for column in columns]
    statement = select(*named, func.count().label("letters"), func.sum(inner.c.people).label("people"))
    return list(connection.execute(statement.group_by(*named)))


def reviews_between(
    connection: Connection, counted: Counted, since: datetime, until: datetime, *conditions: Any
) -> list[Row[Any]]:
    """Return category, verdict, review and suggested with letters of each combination, and `matters` of all together.

    `suggested` is the category that was corrected. The letters are read once: less than `counts_between`, and faster.
    """
    named = (letters.c.category, letters.c.verdict, letters.c.review)
    corrected = case((letters.c.review == "corrected", _SUGGESTED), else_=None).label("suggested")
    received = select(*named, corrected, letters.c.matter_id).where(*counted.received(since, until), *conditions)
    seen = received.cte("seen")
    # PostgreSQL sorts what it counts as distinct, but hashes what it selects so.
    different = select(seen.c.matter_id).distinct().subquery()
    matters = select(func.count()).select_from(different).scalar_subquery()
    groups = [seen.c[name] for name in ("category", "verdict", "review", "suggested")]
    statement = select(*groups, func.count().label("letters"), matters.label("matters")).group_by(*groups)
    return list(connection.execute(statement))


def visits_between(
    connection: Connection, counted: Counted, since: datetime, until: datetime, below: bool = False
) -> list[Row[Any]]:
    """Return matter_id, hour, category, region and channel of each different visit; `class_code` with `below`."""
    columns: list[ColumnElement[Any]] = [letters.c[name] for name in ("matter_id", "category", "region", "channel")]
    columns.append(func.substr(letters.c.received_at, 1, HOUR).label("hour"))
    if below:
        columns.append(letters.c.class_code)
    statement = select(*columns).where(letters.c.channel == VISIT, *counted.received(since, until))
    return list(connection.execute(statement.distinct()))


def hours_between(connection: Connection, counted: Counted, since: datetime, until: datetime) -> list[Row[Any]]:
    """Return hour, verdict, letters and people for each hour in which letters were received."""
    hour = func.substr(letters.c.received_at, 1, HOUR).label("hour")
    inner = select(hour, letters.c.verdict, _people().label("people")).where(*counted.received(since, until)).subquery()
    named = (inner.c.hour, inner.c.verdict)
    statement = select(*named, func.count().label("letters"), func.sum(inner.c.people).label("people"))
    return list(connection.execute(statement.group_by(*named)))


def are_more_than(
    connection: Connection, counted: Counted, spans: Sequence[tuple[datetime, datetime]], most: int
) -> bool:
    """Say whether more letters than some were received in some times together."""
    left = most
    for since, until in spans:
        some = select(letters.c.id).where(*counted.received(since, until)).limit(left + 1).subquery()
        left -= connection.execute(select(func.count()).select_from(some)).scalar_one()
        if left < 0:
            return True
    return False


def matters_between(connection: Connection, counted: Counted, since: datetime, until: datetime) -> int:
    """Return how many matters received letters in a time."""
    found = select(letters.c.matter_id).where(*counted.received(since, until)).distinct().subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def corrected_between(connection: Connection, counted: Counted, since: datetime, until: datetime) -> list[Row[Any]]:
    """Return the category that was suggested, the one that holds and the letters of each pair, of corrected letters."""
    inner = (
        select(_SUGGESTED.label("suggested"), letters.c.category)
        .where(letters.c.review == "corrected", *counted.received(since, until))
        .subquery()
    )
    named = (inner.c.suggested, inner.c.category)
    return list(connection.execute(select(*named, func.count().label("letters")).group_by(*named)))


def largest_matters(
    connection: Connection, counted: Counted, since: datetime, until: datetime, limit: int
) -> list[Row[Any]]:
    """Return matter_id and letters of up to `limit` matters with two letters or more of a time, most letters first."""
    number = func.count().label("letters")
    statement = select(letters.c.matter_id, number).where(*counted.received(since, until)).group_by(letters.c.matter_id)
    most = statement.having(func.count() > 1).order_by(number.desc(), letters.c.matter_id).limit(limit)
    return list(connection.execute(most))


def first_letter(connection: Connection, counted: Counted, matter_id: str) -> Row[Any]:
    """Return the first letter of a matter of which the caller may see one."""
    statement = WHOLE.where(letters.c.matter_id == matter_id, *counted.condition())
    return connection.execute(statement.order_by(letters.c.received_at, letters.c.id).limit(1)).one()


def overdue_among(connection: Connection, matter_ids: Sequence[str], now: datetime) -> set[str]:
    """Return those of the matters in which a duty is overdue."""
    statement = select(deadlines.c.matter_id).where(
        among(deadlines.c.matter_id, matter_ids), deadlines.c.due_at < moment(now)
    )
    return set(connection.execute(statement).scalars())


def matters_with_steps(
    connection: Connection, counted: Counted, kinds: Sequence[str], since: datetime, until: datetime
) -> list[str]:
    """Return the matters with a letter that the caller may see in which a step of some kinds was taken in a time."""
    seen = exists().where(letters.c.matter_id == events.c.matter_id, *counted.condition())
    return list(connection.execute(_with_steps(kinds, since, until).where(seen)).scalars())


def emptied_with_steps(connection: Connection, kinds: Sequence[str], since: datetime, until: datetime) -> list[str]:
    """Return the matters without letters in which a step of some kinds was taken in a time."""
    held = exists().where(letters.c.matter_id == events.c.matter_id)
    return list(connection.execute(_with_steps(kinds, since, until).where(~held)).scalars())


def _with_steps(kinds: Sequence[str], since: datetime, until: datetime) -> Select[Any]:
    taken = (events.c.kind.in_(kinds), between(events.c.at, since, until))
    return select(events.c.matter_id).where(*taken).distinct().order_by(events.c.matter_id)


def seen_matters(connection: Connection, counted: Counted, matter_ids: Collection[str]) -> set[str]:
    """Return those of the matters that have a letter that the caller may see."""
    statement = select(letters.c.matter_id).where(among(letters.c.matter_id, matter_ids), *counted.condition())
    return set(connection.execute(statement.distinct()).scalars())


def receipts_of_matters(connection: Connection, counted: Counted, matter_ids: Sequence[str]) -> list[Row[Any]]:
    """Return matter_id, received_at, stored_at, named and route of the letters of matters that the caller may see."""
    columns: list[ColumnElement[Any]] = [letters.c[name] for name in ("matter_id", "received_at", "stored_at", "named")]
    columns.append(letters.c.analysis["route"].as_string().label("route"))
    statement = select(*columns).where(among(letters.c.matter_id, matter_ids), *counted.condition())
    return list(connection.execute(statement))
