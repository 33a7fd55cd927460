"""A version in the shadow reads what the active one has read, after the answer, and tells where it disagrees."""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, Full, Queue
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from model.analyse import Analyser
from model.errors import ArtefactError
from model.records import Letter
from service.db import Database
from service.engine import load_analyser
from service.errors import Problem
from service.queries import shadow as queries
from service.queries.letters import letters_by_id, moment
from service.queries.models import version_in
from service.schemas.results import AnalysisOut
from service.settings import Settings

logger = logging.getLogger(__name__)

# So many letters wait at most; what comes then is not read in the shadow, because nothing may wait for it.
MOST_WAITING = 256
BATCH = 32
LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter that was stored, and what the active version said of it."""

    letter: Letter
    analysis: AnalysisOut


class Shadow:
    """Read letters a second time, in a thread of each server process."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.analyser: Analyser | None = None
        self._failed: str | None = None
        self._waiting: Queue[Reading] = Queue(MOST_WAITING)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Read from now on, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="shadow", daemon=True).start()

    def stop(self) -> None:
        """Read no more."""
        self._stopping.set()

    def offer(self, readings: Sequence[Reading]) -> None:
        """Let letters be read if a version is in the shadow and has time for them; never waits."""
        if self.analyser is None:
            return
        for reading in readings:
            try:
                self._waiting.put_nowait(reading)
            except Full:
                return

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self.look()
                while self.read_some():
                    pass
            except (SQLAlchemyError, Problem) as error:
                logger.warning("what the model in the shadow says was not stored: %s", type(error).__name__)

    def look(self) -> None:
        """Load the version in the shadow if it is another one than before; one that cannot be loaded is left alone."""
        with self.database.read() as connection:
            version = version_in(connection, "shadow")
        if version is None:
            self.analyser = self._failed = None
        elif version not in (self._failed, self.analyser and self.analyser.version):
            try:
                self.analyser = load_analyser(self.settings.models_folder / version, self.settings)
            except (ArtefactError, OSError) as error:
                self.analyser, self._failed = None, version
                logger.error("model %s cannot be loaded to read in the shadow: %s", version, error)

    def read_some(self) -> int:
        """Read up to 32 of the letters that wait and store what is said otherwise; returns how many were read."""
        readings: list[Reading] = []
        while len(readings) < BATCH:
            try:
                readings.append(self._waiting.get_nowait())
            except Empty:
                break
        analyser = self.analyser
        if readings and analyser:
            said = [AnalysisOut.of(one) for one in analyser.analyse([reading.letter for reading in readings])]
            with self.database.write() as connection:
                _store(connection, analyser.version, readings, said)
        return len(readings)


def _store(connection: Connection, model: str, readings: Sequence[Reading], said: Sequence[AnalysisOut]) -> None:
    """Store the disagreements on letters that are still there, and count agreements."""
    rows = letters_by_id(connection, [reading.letter.id for reading in readings])
    counts: Counter[tuple[str, bool, str, bool]] = Counter()
    found: list[dict[str, Any]] = []
    now = moment(datetime.now(UTC))
    for reading, other in zip(readings, said, strict=True):
        row = rows.get(reading.letter.id)
        if row is None:
            continue
        against = reading.analysis.model.version
        for field, (active, candidate) in _compared(reading.analysis, other).items():
            counts[against, row.restricted, field, active == candidate] += 1
            if active != candidate:
                facts = {"model": model, "against": against, "field": field, "active": active, "candidate": candidate}
                found.append({"at": now, "letter_id": row.id, **facts})
    queries.insert_disagreements(connection, found)
    for against, restricted, field in {key[:3] for key in counts}:
        key: Mapping[str, Any] = {"model": model, "against": against, "restricted": restricted, "field": field}
        agreed, differed = (counts[against, restricted, field, same] for same in (True, False))
        queries.count_readings(connection, key, agreed, differed)


def _compared(active: AnalysisOut, candidate: AnalysisOut) -> dict[str, tuple[str, str]]:
    """Return what two versions say by field, of the fields that both know."""
    both = {
        "category": tuple(one.category.code if one.category else None for one in (active, candidate)),
        "level": tuple(one.group_visit.level if one.group_visit else None for one in (active, candidate)),
        "route": (active.route, candidate.route),
    }
    return {name: (one, other) for name, (one, other) in both.items() if one is not None and other is not None}
