"""Rows of new letters, inserted together: one statement for each table, however many letters there are."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert

from model.gathering import Link
from service.queries.arrivals import count_arrivals, count_followers
from service.queries.letters import moment, unit_key_of
from service.queries.matters import insert_links
from service.queries.search import put_words
from service.scope_keys import unit_key
from service.search_words import Words
from service.tables import accused, changes, identities, letters, matters, prepared, sealed, vectors

# In this order each row finds those that it refers to.
_ORDER = (matters, letters, identities, vectors, prepared, changes, sealed, accused)
# A letter may join a matter that stands with a unit.
_INSERTS = {letters: insert(letters).values(unit_key=unit_key_of(bindparam("joined")))}


class Additions:
    """Gather what belongs to new letters, and write it before anything reads it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _ORDER}
        self._links: list[Link] = []
        self._words: list[tuple[str, str, Words]] = []

    def matter(self, matter_id: str, at: datetime, restricted: bool) -> None:
        """Open a matter."""
        self._rows[matters].append({"id": matter_id, "created_at": moment(at), "restricted": restricted})

    def letter(self, values: Mapping[str, Any], hashes: Iterable[str], links: Iterable[Link]) -> None:
        """Store a letter, the hashes of who wrote it, and its scored pairs."""
        keys = {"addressee_key": unit_key(values["addressee"]), "joined": values["matter_id"]}
        self._rows[letters].append({**values, **keys})
        self._rows[identities] += [{"letter_id": values["id"], "hash": one} for one in sorted(set(hashes))]
        self._links += links

    def words(self, letter_id: str, received_at: str, words: Words) -> None:
        """Store the words by which a letter is found."""
        self._words.append((letter_id, received_at, words))

    def vector(self, letter_id: str, vector: bytes, model: str) -> None:
        """Store the vector that a version of the model made of a letter, and tell other processes."""
        self._rows[vectors].append({"letter_id": letter_id, "vector": vector, "model": model})
        self._rows[changes].append({"letter_id": letter_id, "kind": "put"})

    def prepared(self, letter_id: str, content: bytes, maker: str) -> None:
        """Store what a maker has prepared of a letter for comparison."""
        self._rows[prepared].append({"letter_id": letter_id, "content": content, "maker": maker})

    def kept_apart(self, letter_id: str, key: str, content: bytes, accused_hashes: Collection[str]) -> None:
        """Store what a key has sealed of a letter, and the hashes of whom it accuses."""
        self._rows[sealed].append({"letter_id": letter_id, "key": key, "content": content})
        self._rows[accused] += [{"letter_id": letter_id, "hash": one} for one in sorted(accused_hashes)]

    def write(self) -> None:
        """Insert all that was gathered since the last time."""
        count_arrivals(self._connection, self._rows[letters])
        came, shared = {row["id"] for row in self._rows[letters]}, self._shared()
        for table, rows in self._rows.items():
            if rows:
                self._connection.execute(_INSERTS.get(table, insert(table)), rows)
                rows.clear()
        count_followers(self._connection, came, shared)
        put_words(self._connection, self._words)
        self._words.clear()
        insert_links(self._connection, self._links)
        self._links.clear()

    def _shared(self) -> set[str]:
        """Return the matters that will hold more than one letter."""
        opened = {row["id"] for row in self._rows[matters]}
        joined = Counter(row["joined"] for row in self._rows[letters])
        return {one for one, number in joined.items() if number > 1 or one not in opened}
