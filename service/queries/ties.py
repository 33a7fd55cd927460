"""Which letters hang together with some others."""

from collections.abc import Collection
from itertools import permutations

from sqlalchemy import Connection, and_, select, union

from service.queries.among import among
from service.queries.decisions import STANDING
from service.tables import decisions, letters, links


def tied_to(connection: Connection, ids: Collection[str], at_least: float) -> set[str]:
    """Return the letters that share with one of these a matter, a confirmed pair, or a link of at least so much.

    A matter of a hundred letters has thousands of pairs: the database says each of its letters once.
    """
    theirs = select(letters.c.matter_id).where(among(letters.c.id, ids))
    pairs = ((links, links.c.score >= at_least), (decisions, and_(STANDING, decisions.c.kind == "confirm")))
    tied = [
        select(there).where(among(here, ids), holds)
        for table, holds in pairs
        for here, there in permutations((table.c.a_id, table.c.b_id))
    ]
    tied.append(select(letters.c.id).where(letters.c.matter_id.in_(theirs)))
    return set(connection.execute(union(*tied)).scalars())
