"""Which letters hang together with some others."""

from collections.abc import Collection
from itertools import permutations

from sqlalchemy import Connection, and_, select, union

from service.queries.among import among
from service.queries.decisions import STANDING
from service.tables import decisions, letters, links


def matters_around(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the matter of each letter that is in one matter with any of these, by its id."""
    theirs = select(letters.c.matter_id).where(among(letters.c.id, ids))
    rows = connection.execute(select(letters.c.id, letters.c.matter_id).where(letters.c.matter_id.in_(theirs)))
    return {row.id: row.matter_id for row in rows}


def joined_with(connection: Connection, ids: Collection[str], at_least: float) -> set[str]:
    """Return the letters that share with one of these a confirmed pair, or a link of at least so much.

    A matter of a hundred letters has thousands of pairs: the database says each of its letters once.
    """
    pairs = ((links, links.c.score >= at_least), (decisions, and_(STANDING, decisions.c.kind == "confirm")))
    joined = union(
        *(
            select(there).where(among(here, ids), holds)
            for table, holds in pairs
            for here, there in permutations((table.c.a_id, table.c.b_id))
        )
    )
    return set(connection.execute(joined).scalars()) if ids else set()
