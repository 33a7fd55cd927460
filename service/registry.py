"""The registry of trained models: which versions there are, and which of them reads letters."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from model.errors import ArtefactError
from service.audit import record
from service.caller import Caller
from service.db import Database
from service.errors import Busy, Conflict, NotFound
from service.jobs import enqueue
from service.model_folders import ModelFolders
from service.model_watch import REBUILD
from service.queries import models as queries
from service.queries.letters import moment
from service.settings import Settings

logger = logging.getLogger(__name__)

# Where a model may lie that no registry knows.
UNREGISTERED = "active"
_FACTS = ("created", "data_hash", "letters", "parts", "segmenter", "source")


def folder_in_use(settings: Settings, database: Database) -> Path:
    """Return the folder of the model to use: the one that the settings name, or the active version of the registry.

    Without either it is models/active in the home folder; raises ArtefactError, naming the commands, if there is none.
    """
    if settings.model_folder:
        return settings.model_folder
    with database.read() as connection:
        version = queries.version_in(connection, "active")
    if not version:
        return _unregistered(settings)
    folder = settings.models_folder / version
    if not folder.is_dir():
        raise ArtefactError(f"{folder}: the model in use is not on this machine; copy its folder from one that has it")
    return folder


def folder_of_settings(settings: Settings) -> Path:
    """Return the same as `folder_in_use`, also where there is no database yet."""
    if settings.model_folder or not _has_database(settings):
        return settings.model_folder or _unregistered(settings)
    database = Database(settings.database_address)
    try:
        return folder_in_use(settings, database)
    except (Busy, SQLAlchemyError):
        # A database that cannot be read, or that has no registry yet, chooses nothing.
        return _unregistered(settings)
    finally:
        database.close()


def _has_database(settings: Settings) -> bool:
    """Say whether there is a database to ask: looking for one on SQLite must not make it."""
    try:
        url = make_url(settings.database_address)
    except ArgumentError:
        return False
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _unregistered(settings: Settings) -> Path:
    folder = settings.models_folder / UNREGISTERED
    if not folder.exists():
        raise ArtefactError(
            "there is no model; train one and register it: hongyan-train fit all --out DIR, "
            "then hongyan model add DIR --activate; or name a folder by HONGYAN_MODEL"
        )
    return folder


class Registry:
    """Add models and choose which of them reads letters; every change is recorded with who made it."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.folders = ModelFolders(settings.models_folder)

    def add(self, source: Path, caller: Caller, note: str | None = None) -> str:
        """Copy a trained folder into the registry, complete or not at all, and return its version.

        A version that is there already stays as it is. Raises ArtefactError if the folder cannot be used.
        """
        manifest = self.folders.put(source)
        version = str(manifest["version"])
        with self.database.write() as connection:
            known = queries.find_model(connection, version)
            if known is None or known.state == "removed":
                self._insert(connection, manifest, caller, note)
                record(connection, caller, "add", "model", [version])
        return version

    def _insert(self, connection: Connection, manifest: dict[str, Any], caller: Caller, note: str | None) -> None:
        facts = {name: manifest.get(name) for name in _FACTS} | {"metrics": _numbers(manifest.get("metrics"))}
        values = {
            "state": "candidate",
            "added_at": moment(datetime.now(UTC)),
            "added_by": caller.name,
            "facts": facts,
            "note": note,
        }
        version = str(manifest["version"])
        if queries.find_model(connection, version) is None:
            queries.insert_model(connection, {"version": version, **values})
        else:
            queries.change_model(connection, version, values)

    def models(self) -> list[Row[Any]]:
        """Return all versions, the newest first."""
        with self.database.read() as connection:
            return queries.all_models(connection)

    def model(self, version: str) -> Row[Any]:
        """Return a version; raises NotFound if there is none."""
        with self.database.read() as connection:
            return _require(connection, version)

    def activate(self, version: str, caller: Caller) -> None:
        """Let a version read all letters from now on, in every process.

        Raises NotFound if there is none, and Conflict if it cannot be loaded or the settings name a folder.
        """
        self._check_loadable(version)
        with self.database.write() as connection:
            if _require(connection, version).state != "active":
                self._put_in_use(connection, version, caller, "activate", "retired")

    def rollback(self, caller: Caller) -> str:
        """Return to the version that was active before, and return which; the one in use is a candidate again.

        Raises Conflict if there is none, or if it cannot be loaded.
        """
        with self.database.read() as connection:
            version = queries.last_retired(connection)
        if version is None:
            raise Conflict("No other version was active before.")
        self._check_loadable(version)
        with self.database.write() as connection:
            if _require(connection, version).state != "retired":
                raise Conflict("Another version was activated at this moment; look at the list.")
            self._put_in_use(connection, version, caller, "rollback", "candidate")
        return version

    def _put_in_use(
        self, connection: Connection, version: str, caller: Caller, action: str, becomes: queries.State
    ) -> None:
        before = queries.version_in(connection, "active")
        queries.replace_state(connection, "active", becomes)
        values = {"state": "active", "activated_at": moment(datetime.now(UTC)), "activated_by": caller.name}
        queries.change_model(connection, version, values)
        record(connection, caller, action, "model", [version], {"before": before})
        enqueue(connection, REBUILD, {}, by=caller.name)

    def _check_loadable(self, version: str) -> None:
        if self.settings.model_folder:
            raise Conflict("HONGYAN_MODEL names the model of this service; unset it to use the registry.")
        self.model(version)
        try:
            self.folders.load(version)
        except ArtefactError as error:
            # What exactly is wrong names folders; it goes to the log of the service alone.
            logger.error("model %s cannot be loaded: %s", version, error)
            raise Conflict(f"Version {version} cannot be loaded: it is damaged or of another format.") from error

    def shadow(self, version: str, caller: Caller) -> None:
        """Let a version read in the shadow of the active one, in place of any that does.

        Raises NotFound if there is none, and Conflict if it is active or cannot be loaded.
        """
        self._check_loadable(version)
        with self.database.write() as connection:
            if _require(connection, version).state == "active":
                raise Conflict("This version is active; only another one can read in its shadow.")
            queries.replace_state(connection, "shadow", "candidate")
            queries.change_model(connection, version, {"state": "shadow"})
            record(connection, caller, "shadow", "model", [version])

    def end_shadow(self, version: str, caller: Caller) -> None:
        """Let a version read no more in the shadow; raises NotFound if it does not."""
        with self.database.write() as connection:
            if _require(connection, version).state != "shadow":
                raise NotFound
            queries.change_model(connection, version, {"state": "candidate"})
            record(connection, caller, "end_shadow", "model", [version])

    def remove(self, version: str, caller: Caller) -> None:
        """Delete the folder of a version; that it was there stays known.

        Raises NotFound if there is none, and Conflict if it is in use.
        """
        with self.database.write() as connection:
            if (state := _require(connection, version).state) in ("active", "shadow"):
                raise Conflict(f"Version {version} is {state}; let another one take its place first.")
            queries.change_model(connection, version, {"state": "removed"})
            record(connection, caller, "remove", "model", [version])
        self.folders.delete(version)


def _require(connection: Connection, version: str) -> Row[Any]:
    row = queries.find_model(connection, version)
    if row is None or row.state == "removed":
        raise NotFound
    return row


def _numbers(metrics: Any) -> Any:
    """Return measurements without their curves and tables."""
    if not isinstance(metrics, dict):
        return metrics if isinstance(metrics, int | float | str) else None
    plain = {name: _numbers(value) for name, value in metrics.items()}
    return {name: value for name, value in plain.items() if value is not None}
