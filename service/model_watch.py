"""Lets each process use the model that is active and the thresholds that hold, whichever process chose them."""

import logging
import threading
from collections.abc import Sequence
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from model.analyse import Analyser
from model.errors import ArtefactError
from service.db import Database
from service.engine import Engine, load_analyser
from service.errors import Busy
from service.jobs import enqueue
from service.memory import give_back
from service.own_classes import edited
from service.queries.classes import every_class
from service.queries.jobs import find_waiting
from service.queries.models import version_in
from service.queries.thresholds import newest_thresholds
from service.settings import Settings

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
TRY_AGAIN_AFTER = 30.0
REBUILD = "index.rebuild"


class ModelWatch:
    """Look each second which version is active, and load it beside the one in use; and which thresholds hold.

    The one in use answers until the new one is ready, and goes on if that cannot be loaded; `trouble` then says so.
    """

    def __init__(self, settings: Settings, database: Database, engine: Engine) -> None:
        self.settings = settings
        self.database = database
        self.engine = engine
        self.trouble: str | None = None
        # The model as it was trained, and which choice of the office it was given.
        self.trained: Analyser = engine.analyser
        self._choice: tuple[Any, ...] = ()
        self._again_at = 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def start(self) -> threading.Thread:
        """Look from now on, in a thread that ends with the process; returns it."""
        thread = threading.Thread(target=self._run, name="model-watch", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self.look()
            except (SQLAlchemyError, Busy):
                # Whoever needs the database says so; the model in use stays.
                logger.debug("the database does not say which model is active")
            except Exception:  # whatever it is, a process that looks no more would never change its model
                logger.exception("looking for the active model met an error")

    def look(self) -> None:
        """Switch to the active version and the thresholds that hold; a folder that is named stays."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        with self.database.read() as connection:
            version = None if self.settings.model_folder else version_in(connection, "active")
            choice, changes = newest_thresholds(connection), every_class(connection)
        if version is None or version == self.engine.analyser.version:
            self.trouble = None
        elif self.trouble is None or monotonic() >= self._again_at:
            self._load(version)
        self._apply(choice, changes)

    def _apply(self, choice: Row[Any] | None, changes: Sequence[Row[Any]]) -> None:
        """Let the model in use keep what the office chose last, and name classes as the office does."""
        wanted = (*([tuple(choice)] if choice else []), *map(tuple, changes))
        if wanted == self._choice:
            return
        category = self.trained.category
        if category is not None:
            category = category.promising(choice.precision) if choice and choice.precision is not None else category
            category = category.speaking(edited(category.taxonomy, changes)) if changes else category
        join_from = choice.join_from if choice else self.trained.join_from
        self.engine.switch(self.trained.with_category(category, join_from))
        self._choice = wanted
        logger.info("thresholds and classes of the office are in use")

    def mark(self, connection: Connection, version: str) -> None:
        """Let a letter have a vector of the active version soon, if another version made it.

        In the seconds after an activation processes still store what the version before has read. It belongs into the
        transaction that stores: then no rebuild can have ended before without another that waits.
        """
        active = None if self.settings.model_folder else version_in(connection, "active")
        if active not in (None, version) and find_waiting(connection, REBUILD) is None:
            enqueue(connection, REBUILD, {})

    def _load(self, version: str) -> None:
        try:
            analyser = load_analyser(self.settings.models_folder / version, self.settings)
        except (ArtefactError, OSError) as error:
            self._again_at = monotonic() + TRY_AGAIN_AFTER
            self.trouble = f"model {version} is active and cannot be loaded; {self.engine.analyser.version} goes on"
            logger.error("%s: %s", self.trouble, error)
            return
        self.engine.switch(analyser)
        self.trained, self._choice = analyser, ()
        give_back()
        self.trouble = None
        logger.info("model %s is in use", version)
