"""The indexes of similar letters, open letters and accusations apart, kept up with the database."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from sqlalchemy import Connection, Row

from model.signatures import BYTES, Signature
from model.similar import EmbeddedIndex, Entry
from service.db import Database
from service.queries.vectors import changes_since, letter_of_change
from service.shared_index import SharedIndex, mark_in, put_mark
from service.snapshots import Indexes, Snapshots

# So many changes are read from the database at a time.
PAGE = 10_000


class KeptIndexes(Protocol):
    """Find the nearest letters among all that were committed before the last catching up."""

    def __len__(self) -> int:
        """Return how many letters the indexes hold."""

    @property
    def last_change(self) -> int:
        """Return the number of the last change that was taken in."""

    def start(self, connection: Connection) -> None:
        """Begin, and catch up."""

    def catch_up(self, connection: Connection) -> None:
        """Take in every change committed since the last time.

        The transaction of the connection must not have written yet.
        """

    def keep(self, database: Database) -> None:
        """Save memory, and time to the next start, where nobody waits for a lock."""

    def nearest(self, vector: Signature, restricted: bool, count: int, at_least: float) -> list[str]:
        """Return the ids of up to `count` letters at least so near to a vector, among accusations or all others."""


class EmbeddedIndexes(KeptIndexes):
    """Indexes in this process, from a snapshot on disk and the changes since."""

    def __init__(self, snapshots: Snapshots | None = None) -> None:
        self.snapshots = snapshots
        # Accusations have an index of their own, so that no search among other letters can touch them.
        self._indexes: Indexes = {False: EmbeddedIndex(), True: EmbeddedIndex()}
        self._last_change = 0
        # The snapshot that was taken up last.
        self._snapshot = 0
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """Return how many letters the indexes hold."""
        return sum(map(len, self._indexes.values()))

    @property
    def in_memory(self) -> int:
        """Return how many letters are held beside the snapshot, in memory that no other process shares."""
        return sum(index.in_memory for index in self._indexes.values())

    @property
    def last_change(self) -> int:
        """Return the number of the last change that was taken in."""
        return self._last_change

    def start(self, connection: Connection) -> None:
        """Begin with the last snapshot of the indexes, or with none."""
        with self._lock:
            if self.snapshots:
                self._indexes, self._last_change = self.snapshots.open(connection)
                self._snapshot = self._last_change
            self.catch_up(connection)

    def catch_up(self, connection: Connection) -> None:
        """Take in every change committed since the last time."""
        with self._lock:
            more = True
            while more:
                page = changes_since(connection, self._last_change, PAGE)
                self._take_in(page)
                more = len(page) == PAGE

    def keep(self, database: Database) -> None:
        """Write a snapshot of the indexes if enough has changed; take up the one that any process wrote last."""
        if self.snapshots is None:
            return
        if self.snapshots.is_due(self._last_change):
            with database.read() as connection, self._lock:
                self.snapshots.save(connection, self._indexes, self._last_change)
        if (newest := self.snapshots.newest) > self._snapshot:
            with database.read() as connection:
                self._take_up(newest, self.snapshots.open(connection), connection)

    def _take_up(self, newest: int, opened: tuple[Indexes, int], connection: Connection) -> None:
        """Go on from a snapshot that was opened, unless another thread has meanwhile seen more than this one can."""
        with self._lock:
            before = self._indexes, self._last_change
            if opened[1]:
                self._indexes, self._last_change = opened
                self.catch_up(connection)
            if self._last_change < before[1]:
                self._indexes, self._last_change = before
            else:
                self._snapshot = newest

    def _take_in(self, page: Sequence[Row[Any]]) -> None:
        # Of a letter that changed twice only what it is now counts.
        latest = {change.letter_id: (change, entry_of(change)) for change in page}
        for restricted, index in self._indexes.items():
            here = [entry for change, entry in latest.values() if entry and change.restricted == restricted]
            index.remove(latest.keys() - {entry.id for entry in here})
            index.add(here)
        if page:
            self._last_change = page[-1].number

    def nearest(self, vector: Signature, restricted: bool, count: int, at_least: float) -> list[str]:
        """Return the ids of up to `count` letters at least so near to a vector, among accusations or all others."""
        with self._lock:
            found = self._indexes[restricted].search(vector, count, at_least)
        return [neighbour.id for neighbour in found]


class SharedIndexes(KeptIndexes):
    """Indexes in the database, which whichever process comes first catches up for all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._indexes = {restricted: SharedIndex(database.engine, restricted) for restricted in (False, True)}

    def __len__(self) -> int:
        """Return how many letters the indexes hold."""
        return sum(map(len, self._indexes.values()))

    @property
    def last_change(self) -> int:
        """Return the number of the last change that was taken in by whichever process."""
        with self._database.read() as connection:
            return mark_in(connection, waiting=False)[0]

    def start(self, connection: Connection) -> None:
        """Make the tables where they are missing, and catch up."""
        SharedIndex.prepare(self._database.engine)
        self.catch_up(connection)

    def catch_up(self, connection: Connection) -> None:
        """Take in every change committed since the last time.

        This has a transaction of its own, one at a time in all processes by the lock of the mark, so that the search
        that follows sees what it wrote. The given one is not needed.
        """
        del connection
        while self._take_in_page():
            continue

    def _take_in_page(self) -> int:
        with self._database.engine.begin() as own:
            number, letter_id = mark_in(own)
            if letter_of_change(own, number) != letter_id:
                # What is there belongs to another history, from before this database was emptied and filled again.
                for index in self._indexes.values():
                    index.clear(own)
                number = 0
            # Of a letter that changed twice only what it is now counts.
            page = changes_since(own, number, PAGE)
            latest = {change.letter_id: (change, entry_of(change)) for change in page}
            for restricted, index in self._indexes.items():
                here = [entry for change, entry in latest.values() if entry and change.restricted == restricted]
                index.replace(own, latest, here)
            if page:
                put_mark(own, page[-1].number, page[-1].letter_id)
        return len(page)

    def keep(self, database: Database) -> None:
        """Do nothing: the database keeps the indexes."""

    def nearest(self, vector: Signature, restricted: bool, count: int, at_least: float) -> list[str]:
        """Return the ids of up to `count` letters at least so near to a vector, among accusations or all others."""
        return [neighbour.id for neighbour in self._indexes[restricted].search(vector, count, at_least)]


def entry_of(change: Row[Any]) -> Entry | None:
    """Return what an index holds of the letter of a change now; None if it must not hold it."""
    if change.kind != "put" or change.vector is None or len(change.vector) != BYTES:
        return None
    vector = np.frombuffer(change.vector, np.uint8)
    return Entry(change.letter_id, vector, change.region, datetime.fromisoformat(change.received_at))
