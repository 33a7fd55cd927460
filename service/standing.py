"""What stands of people's decisions when a letter goes elsewhere."""

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import Connection

from service.queries import decisions as queries
from service.queries.decisions import Act, Pair


def leave(connection: Connection, letter_id: str, event: int) -> None:
    """Put out of force what was confirmed of a letter that goes elsewhere by an event.

    The letters that it held together stay together: pairs of these take the place of its own, as part of the decisions
    that they come from.
    """
    rows = queries.standing_pairs(connection, [letter_id], "confirm")
    queries.supersede(connection, [row.number for row in rows], event)
    latest = {row.b_id if row.a_id == letter_id else row.a_id: row for row in rows}
    for one, other in pairwise(latest):
        act = Act(latest[other].act, latest[other].actor, latest[other].action, latest[other].note)
        queries.insert_pairs(connection, datetime.now(UTC), act, [Pair("confirm", one, other)], bridges=event)


def allow_together(connection: Connection, some: Collection[str], others: Collection[str], event: int) -> None:
    """Put out of force, by an event, what keeps any of some letters apart from any of others."""
    rows = queries.standing_pairs(connection, some, "reject")
    between = [
        row.number
        for row in rows
        if (row.a_id in some and row.b_id in others) or (row.a_id in others and row.b_id in some)
    ]
    queries.supersede(connection, between, event)


def forget(connection: Connection, letter_id: str, event: int) -> None:
    """Put every decision on a letter out of force by an event."""
    leave(connection, letter_id, event)
    rows = queries.standing_pairs(connection, [letter_id], "reject")
    queries.supersede(connection, [row.number for row in rows], event)
