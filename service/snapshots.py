"""Snapshots of the indexes on disk, so that a process need not read every letter when it starts."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from model.errors import SnapshotError
from model.similar import EmbeddedIndex
from service.queries.vectors import letter_of_change

logger = logging.getLogger(__name__)

SAVE_EVERY = 5000
MARK = "mark.json"
LOCK = "lock"
PARTS = {False: "open", True: "restricted"}

Indexes = Mapping[bool, EmbeddedIndex]


class Snapshots:
    """Keep the snapshot of the indexes of one database in a folder that several processes use.

    The mark names the last change in the snapshot and its letter, by which a snapshot of another database is told.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, connection: Connection) -> tuple[Indexes, int]:
        """Return the indexes and the number of the last change in them: empty and 0 if no snapshot can be used."""
        nothing = {restricted: EmbeddedIndex() for restricted in PARTS}, 0
        if not self.folder.exists():
            return nothing
        with self._locked(fcntl.LOCK_SH):
            number, letter_id = self._mark()
            if not number or letter_of_change(connection, number) != letter_id:
                return nothing
            try:
                opened = {restricted: EmbeddedIndex.open(self.folder / name) for restricted, name in PARTS.items()}
            except SnapshotError:
                return nothing
        if any(standing != number for _, standing in opened.values()):
            return nothing
        return {restricted: index for restricted, (index, _) in opened.items()}, number

    @property
    def newest(self) -> int:
        """Return the number of the last change in the snapshot on disk, 0 without one."""
        return self._mark()[0]

    def is_due(self, number: int) -> bool:
        """Say whether so many changes came since the last snapshot that another is worth its time."""
        return number - self.newest >= SAVE_EVERY

    def save(self, connection: Connection, indexes: Indexes, number: int) -> None:
        """Write the indexes as they stand at a change, unless another process is writing.

        What cannot be written is logged: the letters are safe in the database.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
                for restricted, index in indexes.items():
                    index.save(self.folder / PARTS[restricted], number)
                self._write_mark(number, letter_of_change(connection, number))
        except BlockingIOError:
            return
        except OSError as error:
            logger.warning("no snapshot of the index could be written: %s", error.strerror)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.folder / LOCK).open("a") as lock:
            fcntl.flock(lock, how)
            yield

    def _mark(self) -> tuple[int, str]:
        try:
            mark = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
            return int(mark["number"]), str(mark["letter"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def _write_mark(self, number: int, letter_id: str | None) -> None:
        making = self.folder / f".{MARK}-{os.getpid()}"
        making.write_text(json.dumps({"number": number, "letter": letter_id}), encoding="utf-8")
        making.replace(self.folder / MARK)
