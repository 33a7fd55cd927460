"""Gives accusations the hashes of whom they accuse that they lack, and counts those that nobody can attend to."""

from dataclasses import replace

from service.accounts import Accounts
from service.accused import hashes_of, marks_of
from service.db import Database
from service.keys import Keys
from service.queries import letters as queries
from service.queries.health import count_unseen

BATCH = 512
UNSEEN = (
    "accusations that nobody of the role discipline sees: {number}; all of them are concerned, or look after other"
    " units and regions; name another one: hongyan user add NAME --role discipline"
)


def unseen_accusations(database: Database, keys: Keys) -> int:
    """Return how many accusations wait for another user of discipline, for none of them may see these.

    Without anybody of discipline none are counted: that all accusations lie unseen then is told otherwise.
    """
    users = Accounts(database).of_discipline()
    sights = [replace(user, marks=marks_of(keys, (user.name, user.unit))).sight for user in users]
    with database.read() as connection:
        return count_unseen(connection, sights) if sights else 0


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
