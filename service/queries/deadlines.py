"""Every statement about when the duties in matters are due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, func, insert, or_, select

from model.records import VisitLevel
from service.matters import Duty
from service.queries.letters import Sight, ahead, moment
from service.queries.matters import of_level
from service.tables import deadlines, letters


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which deadlines are asked for: from a time on, before a time, of one clock, in matters of one level of flag.

    None means any.
    """

    since: datetime | None = None
    until: datetime | None = None
    clock: str | None = None
    level: VisitLevel | None = None


def put_deadlines(connection: Connection, owed: Mapping[str, Sequence[Duty]]) -> None:
    """Store what is owed in matters, in place of what was owed before."""
    connection.execute(delete(deadlines).where(deadlines.c.matter_id.in_(list(owed))))
    rows = [
        {"matter_id": matter_id, "clock": duty.name, "due_at": moment(duty.due_at)}
        for matter_id, duties in owed.items()
        for duty in duties
    ]
    if rows:
        connection.execute(insert(deadlines), rows)


def page_of_due(
    connection: Connection, sight: Sight, narrow: DueFilter, limit: int, after: tuple[str, str] | None
) -> list[Row[Any]]:
    """Return matter_id, clock and due_at of up to `limit` matters that the caller may see, what is due first first.

    A matter stands where its first deadline of those asked for stands.
    """
    seen = exists().where(letters.c.matter_id == deadlines.c.matter_id, sight.condition())
    statement = select(deadlines).where(seen, *_first(narrow))
    if after:
        statement = statement.where(ahead(deadlines.c.due_at, deadlines.c.matter_id, after))
    return list(connection.execute(statement.order_by(deadlines.c.due_at, deadlines.c.matter_id).limit(limit)))


def due_letters(
    connection: Connection,
    conditions: Iterable[ColumnElement[bool]],
    narrow: DueFilter,
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[Row[Any]]:
    """Return due_at and id of up to `limit` letters that meet conditions, what is due first first.

    A letter stands where the first deadline of its matter of those asked for stands.
    """
    of_matter = letters.c.matter_id == deadlines.c.matter_id
    statement = select(deadlines.c.due_at, letters.c.id).join(letters, of_matter).where(*conditions, *_first(narrow))
    if after:
        statement = statement.where(ahead(deadlines.c.due_at, letters.c.id, after))
    return list(connection.execute(statement.order_by(deadlines.c.due_at, letters.c.id).limit(limit)))


def nothing_due() -> ColumnElement[bool]:
    """Return the condition that nothing is due in the matter of a letter."""
    return ~exists().where(deadlines.c.matter_id == letters.c.matter_id)


def first_duties(connection: Connection, matter_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Return matter_id, clock and due_at of the first duty in each of some matters; nothing where nothing is due."""
    statement = select(deadlines).where(deadlines.c.matter_id.in_(set(matter_ids)), *_first(DueFilter()))
    return {row.matter_id: row for row in connection.execute(statement)}


def first_due(connection: Connection, matter_id: str | None) -> str | None:
    """Return when the first duty in a matter is due; None if nothing is."""
    return connection.execute(select(func.min(deadlines.c.due_at)).where(deadlines.c.matter_id == matter_id)).scalar()


def matters_due(narrow: DueFilter) -> Select[tuple[str]]:
    """Return a selection of the matters in which something is due."""
    return select(deadlines.c.matter_id).where(*_conditions(narrow))


def _first(narrow: DueFilter, each: bool = False) -> list[ColumnElement[bool]]:
    """Return the conditions that a deadline is asked for and the first one of its matter; asked of `each` by itself."""
    conditions = _conditions(narrow)
    if narrow.clock is None:
        other = deadlines.alias()
        earlier = or_(
            other.c.due_at < deadlines.c.due_at,
            and_(other.c.due_at == deadlines.c.due_at, other.c.clock < deadlines.c.clock),
        )
        others = select(other.c.matter_id).where(other.c.matter_id == deadlines.c.matter_id, earlier)
        alone = others.limit(1).correlate(deadlines).scalar_subquery().is_(None)
        conditions.append(alone if each else ~others.exists())
    return conditions


def _conditions(narrow: DueFilter) -> list[ColumnElement[bool]]:
    conditions = of_level(deadlines.c.matter_id, narrow.level)
    if narrow.clock is not None:
        conditions.append(deadlines.c.clock == narrow.clock)
    if narrow.since is not None:
        conditions.append(deadlines.c.due_at >= moment(narrow.since))
    if narrow.until is not None:
        conditions.append(deadlines.c.due_at < moment(narrow.until))
    return conditions


def count_due(connection: Connection, sight: Sight, narrow: DueFilter, most: int) -> int:
    """Return how many matters that the caller may see have something due; `most` + 1 if there are more."""
    seen = exists().where(letters.c.matter_id == deadlines.c.matter_id, sight.condition())
    # Few are between two times: asked of each of them, PostgreSQL need not read all deadlines to find the first ones.
    first = _first(narrow, each=narrow.since is not None)
    found = select(deadlines.c.matter_id).where(seen, *first).limit(most + 1)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
