"""Lets each process use the model that is active, whichever process made it so."""

import logging
import threading
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from model.errors import ArtefactError
from service.db import Database
from service.engine import Engine, load_analyser
from service.errors import Busy
from service.jobs import enqueue
from service.memory import give_back
from service.queries.jobs import find_waiting
from service.queries.models import version_in
from service.settings import Settings

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
TRY_AGAIN_AFTER = 30.0
REBUILD = "index.rebuild"


class ModelWatch:
    """Look each second which version is active, and load it beside the one in use.

    The one in use answers until the new one is ready, and goes on if that cannot be loaded; `trouble` then says so.
    """

    def __init__(self, settings: Settings, database: Database, engine: Engine) -> None:
        self.settings = settings
        self.database = database
        self.engine = engine
        self.trouble: str | None = None
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
        """Switch to the active version if it is another one than that in use; a folder that is named stays."""
        if self.settings.model_folder:
            return
        with self._lock:
            self._look()

    def _look(self) -> None:
        with self.database.read() as connection:
            version = version_in(connection, "active")
        if version is None or version == self.engine.analyser.version:
            self.trouble = None
        elif self.trouble is None or monotonic() >= self._again_at:
            self._load(version)

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
        give_back()
        self.trouble = None
        logger.info("model %s is in use", version)
