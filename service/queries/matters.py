"""Every statement about matters, links and events."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from model.gathering import Link
from model.records import VisitLevel
from service.queries.among import among
from service.queries.batch import insert_batch
from service.queries.letters import Sight, behind, moment
from service.queries.links import linked_from
from service.scope_keys import unit_key
from service.tables import events, flag_scopes, flags, letters, links, matters


@dataclass(frozen=True, slots=True)
class MattersFilter:
    """What a list of matters is narrowed by: a level of flag, a time in which a letter came; None means anything."""

    level: VisitLevel | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_MATTER = MattersFilter()


def insert_matter(connection: Connection, matter_id: str, at: datetime, restricted: bool) -> None:
    """Open a matter."""
    connection.execute(insert(matters), {"id": matter_id, "created_at": moment(at), "restricted": restricted})


def revision_of(connection: Connection, matter_id: str) -> int:
    """Return the number that grows with every change of a matter; 0 if there is none."""
    return connection.execute(select(matters.c.revision).where(matters.c.id == matter_id)).scalar_one_or_none() or 0


def renew(connection: Connection, where: ColumnElement[bool]) -> None:
    """Count a change of matters."""
    connection.execute(update(matters).where(where).values(revision=matters.c.revision + 1))


def renew_around(connection: Connection, ids: Collection[str]) -> None:
    """Count a change of the matters of letters."""
    renew(connection, matters.c.id.in_(select(letters.c.matter_id).where(among(letters.c.id, ids))))


def put_unit(connection: Connection, matter_id: str, unit: str | None) -> None:
    """Say which unit a matter was routed to last, None if to none."""
    key = unit_key(unit)
    connection.execute(update(matters).where(matters.c.id == matter_id).values(unit=unit, unit_key=key))
    connection.execute(update(letters).where(letters.c.matter_id == matter_id).values(unit_key=key))


def find_matter(connection: Connection, matter_id: str) -> Row[Any]:
    """Return a matter that exists."""
    return connection.execute(select(matters).where(matters.c.id == matter_id)).one()


def matters_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Return the matters of the ids that exist."""
    return {row.id: row for row in connection.execute(select(matters).where(among(matters.c.id, ids)))}


def last_registered(connection: Connection, year: int, restricted: bool) -> int:
    """Return the last number of a year, of accusations or of all others; 0 without any."""
    ours = (matters.c.registered_year == year, matters.c.restricted.is_(restricted))
    return connection.execute(select(func.max(matters.c.registered_number)).where(*ours)).scalar() or 0


def put_registration(connection: Connection, matter_id: str, year: int, number: int) -> None:
    """Store the number that a matter is registered under."""
    values = {"registered_year": year, "registered_number": number}
    connection.execute(update(matters).where(matters.c.id == matter_id).values(values))


def insert_links(connection: Connection, found: Iterable[Link]) -> None:
    """Store scored pairs of letters."""
    rows = [{"a_id": link.a, "b_id": link.b, "score": link.score, "relation": link.relation} for link in found]
    if rows:
        insert_batch(connection, links, rows)
        renew_around(connection, {str(row[end]) for row in rows for end in ("a_id", "b_id")})


def delete_links_of(connection: Connection, letter_id: str) -> None:
    """Remove the scored pairs of a letter."""
    renew_around(connection, linked_from(connection, [letter_id], -1.0) | {letter_id})
    connection.execute(delete(links).where(or_(links.c.a_id == letter_id, links.c.b_id == letter_id)))


def delete_pairs(connection: Connection, found: Iterable[Link]) -> None:
    """Remove scored pairs."""
    pairs = [(link.a, link.b) for link in found]
    if pairs:
        renew_around(connection, {letter_id for pair in pairs for letter_id in pair})
        connection.execute(delete(links).where(or_(*(and_(links.c.a_id == a, links.c.b_id == b) for a, b in pairs))))


def insert_event(
    connection: Connection, matter_id: str, at: datetime, kind: str, detail: dict[str, Any], cause: int | None = None
) -> int:
    """Record what happened to a matter, and the event that caused it; returns the number of the event."""
    values = {"matter_id": matter_id, "at": moment(at), "kind": kind, "detail": detail, "cause": cause}
    number: int = connection.execute(insert(events).values(values).returning(events.c.number)).scalar_one()
    renew(connection, matters.c.id == matter_id)
    return number


def insert_events(
    connection: Connection, at: datetime, kind: str, told: Sequence[tuple[str, dict[str, Any]]], cause: int | None
) -> None:
    """Record what happened to several matters, each with its detail, in order."""
    rows = [
        {"matter_id": one, "at": moment(at), "kind": kind, "detail": detail, "cause": cause} for one, detail in told
    ]
    if rows:
        connection.execute(insert(events), rows)
        renew(connection, among(matters.c.id, {matter_id for matter_id, _ in told}))


def events_caused_by(connection: Connection, number: int) -> list[Row[Any]]:
    """Return the event of a decision and all that it caused, in order."""
    statement = select(events).where(or_(events.c.number == number, events.c.cause == number))
    return list(connection.execute(statement.order_by(events.c.number)))


def events_of(connection: Connection, matter_id: str) -> list[Row[Any]]:
    """Return the events of a matter in the order in which they happened."""
    return list(connection.execute(select(events).where(events.c.matter_id == matter_id).order_by(events.c.number)))


def hidden_matters(connection: Connection, ids: Collection[str], sight: Sight) -> set[str]:
    """Return those of the matters that a caller must not know of: accusations, and matters of other scopes.

    A matter that holds no letters any more is of every scope.
    """
    held = select(matters.c.id).where(among(matters.c.id, ids))
    restricted = set() if sight.restricted else set(connection.execute(held.where(matters.c.restricted)).scalars())
    peopled, seen = (
        set(connection.execute(select(letters.c.matter_id).where(among(letters.c.matter_id, ids), condition)).scalars())
        for condition in (true(), sight.condition())
    )
    return restricted | (peopled - seen)


def page_of_matters(
    connection: Connection,
    sight: Sight,
    limit: int,
    after: tuple[str, str] | None,
    narrow: MattersFilter = EVERY_MATTER,
) -> list[Row[Any]]:
    """Return id and last_received_at of up to `limit` matters with a letter of a time that the caller may see.

    Those with the newest such letter come first; with a level only those whose stored flag has it. Letters are read in
    the order of their times, and each asks its matter whether it is the newest there: nothing is grouped.
    """
    at, matter_id, other = letters.c.received_at, letters.c.matter_id, letters.alias()
    newer = and_(other.c.received_at >= at, or_(other.c.received_at > at, other.c.id > letters.c.id))
    outdone = exists().where(other.c.matter_id == matter_id, sight.condition(other), newer, *_received(narrow, other))
    statement = select(matter_id.label("id"), at.label("last_received_at")).where(
        sight.condition(), ~outdone, *_received(narrow), *of_level(matter_id, narrow.level, sight)
    )
    if after:
        statement = statement.where(behind(at, matter_id, after))
    return list(connection.execute(statement.order_by(at.desc(), matter_id.desc()).limit(limit)))


def count_matters(connection: Connection, sight: Sight, narrow: MattersFilter, most: int) -> int:
    """Return how many matters the whole list has; `most` + 1 if there are more than `most`."""
    conditions = (sight.condition(), *_received(narrow), *of_level(letters.c.matter_id, narrow.level, sight))
    found = select(letters.c.matter_id).where(*conditions).distinct().limit(most + 1)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def _received(narrow: MattersFilter, of: FromClause = letters) -> list[ColumnElement[bool]]:
    """Return the conditions on letters, or an alias of them, that they were received in a time."""
    since = [of.c.received_at >= moment(narrow.since)] if narrow.since else []
    return [*since, of.c.received_at < moment(narrow.until)] if narrow.until else since


def of_level(
    matter_id: ColumnElement[str], level: VisitLevel | None, sight: Sight | None = None
) -> list[ColumnElement[bool]]:
    """Return the condition that the stored flag of a matter has a level; no flag is stored for none.

    With a sight of but a part of the office those of its matters are looked through alone.
    """
    if level is None:
        return []
    if level == "none":
        return [matter_id.not_in(select(flags.c.matter_id))]
    if sight is None or not sight.partial or sight.owner is not None:
        return [matter_id.in_(select(flags.c.matter_id).where(flags.c.level == level))]
    there = select(flag_scopes.c.matter_id).where(flag_scopes.c.level == level, sight.condition(flag_scopes))
    return [matter_id.in_(there)]
