"""Which letters hang together with some others."""

from collections.abc import Collection
from itertools import permutations

from sqlalchemy import Connection, and_, bindparam, select, union

from service.queries.among import among, given
from service.queries.decisions import STANDING
from service.tables import decisions, letters, links

_AROUND = select(letters.c.id, letters.c.matter_id).where(
    letters.c.matter_id.in_(select(letters.c.matter_id).where(among(letters.c.id, given("ids"))))
)
# A matter of a hundred letters has thousands of pairs: the database says each of its letters once.
_JOINED = union(
    *(
        select(there).where(among(here, given("ids")), holds)
        for table, holds in (
            (links, links.c.score >= bindparam("at_least")),
            (decisions, and_(STANDING, decisions.c.kind == "confirm")),
        )
        for here, there in permutations((table.c.a_id, table.c.b_id))
    )
)


def matters_around(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the matter of each letter that is in one matter with any of these, by its id."""
    return {row.id: row.matter_id for row in connection.execute(_AROUND, {"ids": ids})}


def joined_with(connection: Connection, ids: Collection[str], at_least: float) -> set[str]:
    """Return the letters that share with one of these a confirmed pair, or a link of at least so much."""
    return set(connection.execute(_JOINED, {"ids": ids, "at_least": at_least}).scalars()) if ids else set()
