"""Every statement about stored flags and about what they are judged by."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from model.records import VisitLevel
from service.queries.among import among, given
from service.queries.letters import Sight, moment
from service.queries.places import in_sight, places_of
from service.tables import events, flag_scopes, flags, identities, letters

_OF_KINDS = (
    select(events)
    .where(among(events.c.matter_id, given("matters")), among(events.c.kind, given("kinds")))
    .order_by(events.c.number)
)


def joinings_since(connection: Connection, since: datetime) -> list[Row[Any]]:
    """Return matter_id, who, first and last received of everybody who wrote in an unrestricted matter since a time.

    `who` is a keyed hash or None for all letters without a name.
    """
    statement = (
        select(
            letters.c.matter_id,
            identities.c.hash.label("who"),
            func.min(letters.c.received_at).label("first"),
            func.max(letters.c.received_at).label("last"),
        )
        .outerjoin(identities, identities.c.letter_id == letters.c.id)
        .where(letters.c.restricted.is_(False), letters.c.received_at >= moment(since))
        .group_by(letters.c.matter_id, identities.c.hash)
    )
    return list(connection.execute(statement))


def events_of_kinds(connection: Connection, matter_ids: Sequence[str], kinds: Sequence[str]) -> list[Row[Any]]:
    """Return the events of some kinds in matters, in the order in which they were recorded."""
    return list(connection.execute(_OF_KINDS, {"matters": matter_ids, "kinds": kinds}))


def newest_event(connection: Connection) -> int:
    """Return the number of the newest event, 0 without any."""
    return connection.execute(select(func.max(events.c.number))).scalar() or 0


def matters_told_since(connection: Connection, number: int) -> set[str]:
    """Return the matters that were told of anything after an event."""
    return set(connection.execute(select(events.c.matter_id).where(events.c.number > number)).scalars())


def flagged_matters(connection: Connection, sight: Sight, limit: int) -> list[str]:
    """Return up to `limit` matters with a stored flag and a letter that the caller may see, most points first."""
    columns = (flag_scopes.c.matter_id, flag_scopes.c.points)
    statement = select(*columns).where(in_sight(sight, flag_scopes)).distinct()
    first = statement.order_by(flag_scopes.c.points.desc(), flag_scopes.c.matter_id).limit(limit)
    return list(connection.execute(first).scalars())


def count_flagged(connection: Connection, sight: Sight, level: VisitLevel, most: int) -> int:
    """Return how many matters with a letter that the caller may see have a stored flag of a level; up to `most` + 1."""
    raised = select(flag_scopes.c.matter_id).where(flag_scopes.c.level == level, in_sight(sight, flag_scopes))
    some = raised.distinct().limit(most + 1)
    return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def stored_levels(connection: Connection, matter_ids: Collection[str]) -> dict[str, str]:
    """Return the levels of stored flags, by matter."""
    rows = connection.execute(select(flags.c.matter_id, flags.c.level).where(among(flags.c.matter_id, matter_ids)))
    return {row.matter_id: row.level for row in rows}


def put_flags(connection: Connection, rows: Sequence[dict[str, Any]], held: Mapping[str, Sequence[Row[Any]]]) -> None:
    """Store flags in place of those that the matters of the letters had, and remove those of the other matters."""
    for table in (flags, flag_scopes):
        connection.execute(delete(table).where(among(table.c.matter_id, list(held))))
    if rows:
        connection.execute(insert(flags), rows)
        named = [{name: row[name] for name in ("matter_id", "level", "points")} for row in rows]
        places = [{**flag, **place} for flag in named for place in places_of(held[flag["matter_id"]])]
        connection.execute(insert(flag_scopes), places)


def matters_due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Return up to `limit` matters whose flag may have changed by the mere passing of time."""
    statement = select(flags.c.matter_id).where(flags.c.due_at <= moment(now)).order_by(flags.c.due_at).limit(limit)
    return list(connection.execute(statement).scalars())


def every_matter(connection: Connection) -> list[str]:
    """Return all matters that hold letters, in order."""
    return list(connection.execute(select(letters.c.matter_id).distinct().order_by(letters.c.matter_id)).scalars())
