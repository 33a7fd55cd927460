"""Takes a letter out of all linking, as an index and what is gathered must bear it that it goes."""

from sqlalchemy import Connection, delete, insert

from service import removal
from service.queries.letters import letters_by_id
from service.regrouping import Place, open_matter
from service.tables import changes, identities, prepared, vectors


def remove_letter(connection: Connection, letter_id: str) -> None:
    """Keep no more of a letter than its row, in a matter of its own."""
    row = letters_by_id(connection, [letter_id])[letter_id]
    removal._take_out(connection, row, Place(open_matter(connection, row.restricted), "first"))
    for table in (vectors, prepared, identities):
        connection.execute(delete(table).where(table.c.letter_id == letter_id))
    connection.execute(insert(changes), {"letter_id": letter_id, "kind": "removed"})
