"""Every statement about matters that lost all their letters to others."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from service.queries.among import among
from service.tables import letters


def holding_letters(connection: Connection, matter_ids: Collection[str]) -> set[str]:
    """Return those of the matters that hold a letter."""
    statement = select(letters.c.matter_id).where(among(letters.c.matter_id, matter_ids)).distinct()
    return set(connection.execute(statement).scalars()) if matter_ids else set()


def matters_of_letters(connection: Connection, letter_ids: Collection[str]) -> dict[str, str]:
    """Return the matter of each of the letters that exist."""
    statement = select(letters.c.id, letters.c.matter_id).where(among(letters.c.id, letter_ids))
    return {row.id: row.matter_id for row in connection.execute(statement)} if letter_ids else {}
