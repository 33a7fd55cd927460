"""Every statement about the units that matters were routed to."""

from sqlalchemy import Connection, func, select

from service.tables import letters, matters

RECENT = 300


def units_in_use(connection: Connection) -> list[str]:
    """Return every unit that a matter stands with, each found by one look into the index; accusations tell of none."""
    first = select(func.min(matters.c.unit).label("unit")).where(matters.c.restricted.is_(False))
    known = first.cte("known", recursive=True)
    following = select(func.min(matters.c.unit)).where(matters.c.unit > known.c.unit, matters.c.restricted.is_(False))
    known = known.union_all(select(following.scalar_subquery()).where(known.c.unit.is_not(None)))
    return [unit for unit in connection.execute(select(known.c.unit)).scalars() if unit]


def units_of_category(connection: Connection, category: str, limit: int) -> list[str]:
    """Return the units that the newest letters of a category went to, the most frequent first; of no accusation."""
    recent = (
        select(letters.c.matter_id)
        .where(letters.c.category == category, letters.c.restricted.is_(False))
        .order_by(letters.c.received_at.desc(), letters.c.id.desc())
        .limit(RECENT)
        .subquery()
    )
    statement = (
        select(matters.c.unit)
        .join(recent, recent.c.matter_id == matters.c.id)
        .where(matters.c.unit.is_not(None))
        .group_by(matters.c.unit)
        .order_by(func.count().desc(), matters.c.unit)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())
