"""Gives accusations the hashes of whom they accuse that they lack."""

from service.accused import hashes_of
from service.db import Database
from service.keys import Keys
from service.queries import letters as queries

BATCH = 512


def mark_accused(database: Database, keys: Keys) -> int:
    """Give accusations that were stored without them the hashes of whom they accuse; returns how many got some."""
    after, marked = "", 0
    while True:
        with database.read() as connection:
            rows = queries.accusations_without_hashes(connection, after, BATCH)
        if not rows:
            return marked
        found = {row.id: hashes_of(keys, keys.decrypt(row.people)["accused"]) for row in rows if row.people}
        with database.write() as connection:
            for letter_id, hashes in found.items():
                queries.insert_accused(connection, letter_id, hashes)
        marked += sum(bool(hashes) for hashes in found.values())
        after = rows[-1].id
