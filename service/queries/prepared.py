"""Every statement about letters that are prepared for comparison."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from service.queries.among import among, given
from service.tables import prepared

_KEPT = (
    select(prepared.c.letter_id, prepared.c.content)
    .where(among(prepared.c.letter_id, given("ids")), prepared.c.maker == bindparam("maker"))
    .execution_options(hongyan_bytes=True)
)


def prepared_of(connection: Connection, ids: Collection[str], maker: str) -> dict[str, bytes]:
    """Return what a maker has prepared of the letters, by id; of some perhaps nothing."""
    rows = connection.execute(_KEPT, {"ids": ids, "maker": maker}) if ids else ()
    return {row.letter_id: row.content for row in rows}


def put_prepared(connection: Connection, contents: Mapping[str, bytes], maker: str) -> None:
    """Keep what a maker has prepared of letters, in place of what another one had."""
    if contents:
        connection.execute(delete(prepared).where(among(prepared.c.letter_id, contents)))
        rows = [{"letter_id": one, "maker": maker, "content": content} for one, content in contents.items()]
        connection.execute(insert(prepared), rows)
