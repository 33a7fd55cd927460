"""Every statement about when the duties in matters are due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from model.records import VisitLevel
from service.matters import Duty
from service.queries.among import among
from service.queries.letters import Sight, ahead, moment
from service.queries.matters import of_level
from service.queries.places import first_in_sight, in_sight, places_of
from service.tables import deadline_scopes, deadlines, letters


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which deadlines are asked for: from a time on, before a time, of one clock, in matters of one level of flag.

    None means any.
    """

    since: datetime | None = None
    until: datetime | None = None
    clock: str | None = None
    level: VisitLevel | None = None


def put_deadlines(
    connection: Connection, owed: Mapping[str, Sequence[Duty]], held: Mapping[str, Sequence[Row[Any]]]
) -> None:
    """Store what is owed in matters, in place of what was owed before, and where the letters held by them belong."""
    for table in (deadlines, deadline_scopes):
        connection.execute(delete(table).where(among(table.c.matter_id, list(owed))))
    rows = [
        {"matter_id": matter_id, "clock": duty.name, "due_at": moment(duty.due_at)}
        for matter_id, duties in owed.items()
        for duty in duties
    ]
    if rows:
        connection.execute(insert(deadlines), rows)
    places = [
        {"matter_id": matter_id, "clock": clock, "due_at": due_at, **place}
        for matter_id, duties in owed.items()
        for due_at, clock in sorted((moment(duty.due_at), duty.name) for duty in duties)[:1]
        for place in places_of(held[matter_id])
    ]
    if places:
        connection.execute(insert(deadline_scopes), places)


def page_of_due(
    connection: Connection, sight: Sight, narrow: DueFilter, limit: int, after: tuple[str, str] | None
) -> list[Row[Any]]:
    """Return matter_id, clock and due_at of up to `limit` matters that the caller may see, what is due first first.

    A matter stands where its first deadline of those asked for stands.
    """
    duty, found = _due(sight, narrow)
    if after:
        found = found.where(ahead(duty.c.due_at, duty.c.matter_id, after))
    return list(connection.execute(found.order_by("due_at", "matter_id", "clock").limit(limit)))


def count_due(connection: Connection, sight: Sight, narrow: DueFilter, most: int) -> int:
    """Return how many matters that the caller may see have something due; `most` + 1 if there are more."""
    _, found = _due(sight, narrow)
    return connection.execute(select(func.count()).select_from(found.limit(most + 1).subquery())).scalar_one()


def _due(sight: Sight, narrow: DueFilter) -> tuple[FromClause, Select[tuple[str, str, str]]]:
    """Return where duties are found, and a selection of due_at, matter_id and clock of those asked for."""
    duty: FromClause = deadline_scopes if narrow.clock is None else deadlines
    columns = (duty.c[name] for name in ("due_at", "matter_id", "clock"))
    return duty, select(*columns).where(in_sight(sight, duty), *_conditions(narrow, duty)).distinct()


def due_letters(
    connection: Connection,
    sight: Sight,
    conditions: Iterable[ColumnElement[bool]],
    narrow: DueFilter,
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[Row[Any]]:
    """Return due_at and id of up to `limit` letters that meet conditions, what is due first first.

    A letter stands where the first deadline of its matter of those asked for stands. Those of a part of the office are
    looked for at its places.
    """
    apart = sight.partial and sight.owner is None and narrow.clock is None
    duty = deadline_scopes if apart else deadlines
    asked = [*first_in_sight(sight, duty), *_conditions(narrow, duty)] if apart else _first(narrow)
    # By the matter alone: if places were compared, too, PostgreSQL might join each duty of a town with all its letters.
    statement = select(duty.c.due_at, letters.c.id).join(letters, duty.c.matter_id == letters.c.matter_id)
    if after:
        statement = statement.where(ahead(duty.c.due_at, letters.c.id, after))
    statement = statement.where(*conditions, *asked).order_by(duty.c.due_at, letters.c.id).limit(limit)
    return list(connection.execute(statement))


def nothing_due() -> ColumnElement[bool]:
    """Return the condition that nothing is due in the matter of a letter."""
    return ~exists().where(deadlines.c.matter_id == letters.c.matter_id)


def first_duties(connection: Connection, matter_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Return matter_id, clock and due_at of the first duty in each of some matters; nothing where nothing is due."""
    statement = select(deadline_scopes).where(among(deadline_scopes.c.matter_id, set(matter_ids)))
    return {row.matter_id: row for row in connection.execute(statement)}


def first_due(connection: Connection, matter_id: str | None) -> str | None:
    """Return when the first duty in a matter is due; None if nothing is."""
    return connection.execute(select(func.min(deadlines.c.due_at)).where(deadlines.c.matter_id == matter_id)).scalar()


def first_due_of(of: FromClause) -> ColumnElement[str | None]:
    """Return an expression for the time at which the first duty in the matter of a letter is due."""
    first = select(func.min(deadlines.c.due_at)).where(deadlines.c.matter_id == of.c.matter_id)
    return first.correlate(of).scalar_subquery()


def matters_due(narrow: DueFilter) -> Select[tuple[str]]:
    """Return a selection of the matters in which something is due."""
    return select(deadlines.c.matter_id).where(*_conditions(narrow))


def _first(narrow: DueFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that a deadline is asked for and, unless it is of one clock, the first of its matter."""
    if narrow.clock is not None:
        return _conditions(narrow)
    other = deadlines.alias()
    earlier = or_(
        other.c.due_at < deadlines.c.due_at,
        and_(other.c.due_at == deadlines.c.due_at, other.c.clock < deadlines.c.clock),
    )
    return [*_conditions(narrow), ~exists().where(other.c.matter_id == deadlines.c.matter_id, earlier)]


def _conditions(narrow: DueFilter, of: FromClause = deadlines) -> list[ColumnElement[bool]]:
    conditions = of_level(of.c.matter_id, narrow.level)
    if narrow.clock is not None:
        conditions.append(of.c.clock == narrow.clock)
    if narrow.since is not None:
        conditions.append(of.c.due_at >= moment(narrow.since))
    if narrow.until is not None:
        conditions.append(of.c.due_at < moment(narrow.until))
    return conditions
