"""The model and the index of this process, loaded once and shared by its threads."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row

from model import artefact
from model.analyse import Analyser
from model.profile import Profile
from model.records import Letter, Relation
from model.signatures import BYTES, Signature
from model.similar import EmbeddedIndex, Entry
from service.db import Database
from service.queries.letters import changes_since
from service.settings import Settings
from service.snapshots import Indexes, Snapshots

MOST_PROFILES = 2000
# So many changes are read from the database at a time.
PAGE = 10_000


def load_analyser(folder: Path, settings: Settings) -> Analyser:
    """Load a model folder, without the group-visit part if the settings switch it off."""
    analyser = artefact.load(folder)
    if settings.group_visit == "off":
        analyser.risk = None
    return analyser


class Prepared:
    """A model with the letters that it has prepared for comparison last."""

    def __init__(self, analyser: Analyser) -> None:
        self.analyser = analyser
        self._lock = threading.Lock()
        self._profiles: OrderedDict[str, Profile] = OrderedDict()

    def profiles(self, letters: Sequence[Letter]) -> list[Profile]:
        """Return letters prepared for comparison; the last ones are kept."""
        with self._lock:
            ready = {letter.id: self._profiles[letter.id] for letter in letters if letter.id in self._profiles}
        fresh = [letter for letter in letters if letter.id not in ready]
        ready |= {made.letter.id: made for made in self.analyser.profiles(fresh)}
        with self._lock:
            self._profiles.update(ready)
            for letter_id in ready:
                self._profiles.move_to_end(letter_id)
            while len(self._profiles) > MOST_PROFILES:
                self._profiles.popitem(last=False)
        return [ready[letter.id] for letter in letters if letter.id in ready]

    def relate(self, letter: Letter, others: Sequence[Letter]) -> list[Relation]:
        """Score a letter with each of the others, without evidence."""
        prepared = self.profiles([letter, *others])
        return self.analyser.relate([(other, prepared[0]) for other in prepared[1:]])

    def forget(self, letter_id: str) -> None:
        """Keep a letter no longer."""
        with self._lock:
            self._profiles.pop(letter_id, None)


class Engine:
    """Answer what needs the model; catch up with letters that other processes stored before every search."""

    def __init__(self, analyser: Analyser, snapshots: Snapshots | None = None) -> None:
        self._model = Prepared(analyser)
        self.snapshots = snapshots
        # Accusations have an index of their own, so that no search among other letters can touch them.
        self._indexes: Indexes = {False: EmbeddedIndex(), True: EmbeddedIndex()}
        self._last_change = 0
        self._lock = threading.RLock()

    @classmethod
    def load(cls, settings: Settings, folder: Path) -> "Engine":
        """Load the model of a folder; raises ArtefactError, saying what to do, if it cannot be used."""
        return cls(load_analyser(folder, settings), Snapshots(settings.home_folder / "index"))

    @property
    def analyser(self) -> Analyser:
        """Return the model in use; who needs it several times for one answer asks once."""
        return self._model.analyser

    def switch(self, analyser: Analyser) -> None:
        """Use another model from now on; what is being answered is answered to its end by the one before.

        The indexes stay: vectors of two models speak of the same places, so that letters are found until they have
        their new vectors, and every pair is scored by the model in use from its texts.
        """
        self._model = Prepared(analyser)

    def start(self, connection: Connection) -> int:
        """Begin with the last snapshot of the indexes, or with none; returns how many letters the indexes hold."""
        with self._lock:
            if self.snapshots:
                self._indexes, self._last_change = self.snapshots.open(connection)
            return self.catch_up(connection)

    def catch_up(self, connection: Connection) -> int:
        """Take in every change committed since the last time; returns how many letters the indexes hold.

        The transaction of the connection must not have written yet: what it may still roll back is not to be learnt.
        """
        with self._lock:
            while page := changes_since(connection, self._last_change, PAGE):
                for change in page:
                    self._take_in(change)
                self._last_change = page[-1].number
            return sum(map(len, self._indexes.values()))

    def keep(self, database: Database) -> None:
        """Write a snapshot of the indexes if enough has changed; best done where nobody waits for a lock."""
        if self.snapshots and self.snapshots.is_due(self._last_change):
            with database.read() as connection, self._lock:
                self.snapshots.save(connection, self._indexes, self._last_change)

    def _take_in(self, change: Row[Any]) -> None:
        """Let the indexes hold what the letter of a change is now, which later changes may have made of it."""
        present = change.kind == "put" and change.vector is not None and len(change.vector) == BYTES
        for restricted, index in self._indexes.items():
            if present and restricted == change.restricted:
                received_at = datetime.fromisoformat(change.received_at)
                vector = np.frombuffer(change.vector, np.uint8)
                index.add([Entry(change.letter_id, vector, change.region, received_at)])
            else:
                index.remove([change.letter_id])
        if not present:
            self._model.forget(change.letter_id)

    @property
    def last_change(self) -> int:
        """Return the number of the last change that the index has taken in."""
        return self._last_change

    def nearest(self, vector: Signature, restricted: bool, count: int, at_least: float) -> list[str]:
        """Return the ids of up to `count` letters at least so near to a vector, among accusations or all others."""
        with self._lock:
            found = self._indexes[restricted].search(vector, count, at_least)
        return [neighbour.id for neighbour in found]

    def vector(self, letter: Letter) -> Signature | None:
        """Return the vector of a letter; None without a relation part."""
        found = self.analyser.vectors([letter])
        return found[0] if len(found) else None

    def profiles(self, letters: Sequence[Letter]) -> list[Profile]:
        """Return letters prepared for comparison."""
        return self._model.profiles(letters)

    def relate(self, letter: Letter, others: Sequence[Letter]) -> list[Relation]:
        """Score a letter with each of the others, without evidence."""
        return self._model.relate(letter, others)
