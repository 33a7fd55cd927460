"""The model and the index of this process, loaded once and shared by its threads."""

from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection

from model import artefact
from model.analyse import Analyser
from model.packing import pack, unpack
from model.records import Letter
from model.signatures import Signature
from model.taxonomy import Taxonomy
from service.db import Database
from service.indexes import EmbeddedIndexes, KeptIndexes, SharedIndexes
from service.settings import Settings
from service.snapshots import Snapshots
from service.texts import text


def load_analyser(folder: Path, settings: Settings) -> Analyser:
    """Load a model folder, without the group-visit part if the settings switch it off."""
    analyser = artefact.load(folder)
    if settings.group_visit == "off":
        analyser.risk = None
    return analyser


class Engine:
    """Answer what needs the model; catch up with letters that other processes stored before every search."""

    def __init__(self, analyser: Analyser, indexes: KeptIndexes | None = None) -> None:
        self._analyser = analyser
        # Kept for good: processes share its memory, and taking it apart would make each write into a copy of its own.
        self._first = analyser
        self.indexes = indexes if indexes is not None else EmbeddedIndexes()

    @classmethod
    def load(cls, settings: Settings, folder: Path, database: Database) -> "Engine":
        """Load the model of a folder; raises ArtefactError, saying what to do, if it cannot be used."""
        analyser = load_analyser(folder, settings)
        if settings.index == "shared":
            return cls(analyser, SharedIndexes(database))
        return cls(analyser, EmbeddedIndexes(Snapshots(settings.home_folder / "index")))

    @property
    def analyser(self) -> Analyser:
        """Return the model in use; who needs it several times for one answer asks once."""
        return self._analyser

    @property
    def taxonomy(self) -> Taxonomy | None:
        """Return the categories of the model in use; None without a category part."""
        return self.analyser.category.taxonomy if self.analyser.category else None

    def warm_up(self) -> None:
        """Make what is made at the first use, before processes that are to share it part."""
        samples = text("sample.lift"), text("sample.wages")
        letters = [Letter(f"sample-{number}", body=body) for number, body in enumerate(samples)]
        self.analyser.analyse(letters)
        self.analyser.vectors(letters)
        self.analyser.relate(list(pairwise(unpack(pack(profile)) for profile in self.analyser.profiles(letters))))

    def switch(self, analyser: Analyser) -> None:
        """Use another model from now on; what is being answered is answered to its end by the one before.

        The indexes stay: vectors of two models speak of the same places, so that letters are found until they have
        their new vectors, and every pair is scored by the model in use.
        """
        self._analyser = analyser

    def start(self, connection: Connection) -> None:
        """Begin with what the indexes hold from an earlier time, and catch up."""
        self.indexes.start(connection)

    def catch_up(self, connection: Connection) -> None:
        """Take in every change committed since the last time.

        The transaction of the connection must not have written yet: what it may still roll back is not to be learnt.
        """
        self.indexes.catch_up(connection)

    def keep(self, database: Database) -> None:
        """Save memory, and time to the next start; best done where nobody waits for a lock."""
        self.indexes.keep(database)

    @property
    def last_change(self) -> int:
        """Return the number of the last change that the index has taken in."""
        return self.indexes.last_change

    def nearest(self, vector: Signature, restricted: bool, count: int, at_least: float) -> list[str]:
        """Return the ids of up to `count` letters at least so near to a vector, among accusations or all others."""
        return self.indexes.nearest(vector, restricted, count, at_least)

    def vector(self, letter: Letter) -> Signature | None:
        """Return the vector of a letter; None without a relation part."""
        found = self.analyser.vectors([letter])
        return found[0] if len(found) else None
