"""Puts a backup back into an empty database of either kind, which is also the way from one kind to the other."""

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, LargeBinary, Table
from sqlalchemy.exc import StatementError

from service.archive import BackupError, Reader
from service.audit import OPERATOR, record
from service.backup import DATABASE
from service.db import Database
from service.migrate import move_empty_to, revisions, upgrade
from service.queries.archive import PIECE, go_on_counting, insert_rows, table_with_rows, tables_there
from service.rebuilding import fill_words
from service.schemas.backup import FileEntry, TableEntry
from service.settings import Settings


def restore(database: Database, settings: Settings, archive: Reader) -> None:
    """Put tables, models and keys back and migrate to the newest revision; a fault leaves the database empty.

    Raises BackupError if the database holds anything, if the archive is damaged or made by a newer version, or if other
    keys are there already.
    """
    if archive.manifest.revision not in revisions(database):
        made = archive.manifest.revision
        raise BackupError(f"the backup is of revision {made}, made by a newer version; install that one first")
    keys = _new_keys(settings.keys_file, archive)
    with database.read() as connection:
        _require_empty(connection, tables_there(connection))
    move_empty_to(database, archive.manifest.revision)
    for folder in {Path(entry.name).parts[1] for entry in archive.manifest.files}:
        _put_model(settings.models_folder, folder, archive)
    with database.write() as connection:
        there = tables_there(connection)
        _require_empty(connection, there)
        _fill(connection, there, archive)
        if keys is not None:
            _put_keys(settings.keys_file, keys)
    upgrade(database)
    for _ in fill_words(database):
        pass
    with database.write() as connection:
        record(connection, OPERATOR, "restore", DATABASE, [""], {"revision": archive.manifest.revision})


def _require_empty(connection: Connection, there: Mapping[str, Table]) -> None:
    held = table_with_rows(connection, there.values())
    if held is not None:
        raise BackupError(f"the database is not empty (table {held}); restore into a new one")


def _fill(connection: Connection, there: Mapping[str, Table], archive: Reader) -> None:
    entries = archive.manifest.tables
    if {entry.name for entry in entries} != there.keys() or len(entries) != len(there):
        raise BackupError("the backup does not hold the tables of its revision; it is damaged")
    for entry in entries:
        table = there[entry.name]
        if set(entry.columns) != set(table.columns.keys()):
            raise BackupError(f"table {entry.name} of the backup has other columns than its revision; it is damaged")
        rows = _decoded(archive, entry, table)
        try:
            while batch := list(islice(rows, PIECE)):
                insert_rows(connection, table, batch)
        except (StatementError, ValueError, TypeError) as error:
            reason = " ".join(str(getattr(error, "orig", error)).split())[:200]
            raise BackupError(f"table {entry.name} of the backup cannot be put back: {reason}") from error
    go_on_counting(connection, there.values())


def _decoded(archive: Reader, entry: TableEntry, table: Table) -> Iterator[dict[str, Any]]:
    kinds = [table.columns[name].type for name in entry.columns]
    for line in archive.rows(entry):
        values: Sequence[Any] = json.loads(line)
        yield {name: _value(value, kind) for name, value, kind in zip(entry.columns, values, kinds, strict=True)}


def _value(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, JSON):
        content = json.loads(value)
        return JSON.NULL if content is None else content
    return value


def _new_keys(path: Path, archive: Reader) -> bytes | None:
    """Return the keys of the archive if they must be written; raises BackupError if there are others."""
    keys = archive.keys()
    if keys is None or not path.exists():
        return keys
    if path.read_bytes() != keys:
        raise BackupError(f"{path}: other keys than those of the backup are there; move them away first")
    return None


def _put_keys(path: Path, keys: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, making = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    with os.fdopen(handle, "wb") as file:
        file.write(keys)
        file.flush()
        os.fsync(file.fileno())
    Path(making).replace(path)


def _put_model(home: Path, folder: str, archive: Reader) -> None:
    """Put the folder of a model where it belongs, complete or not at all; one that is there stays."""
    if (home / folder).exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".restoring-", dir=home))
    try:
        making.chmod(0o755)
        for entry in archive.manifest.files:
            if Path(entry.name).parts[1] == folder:
                _put_file(making, entry, archive)
        making.rename(home / folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _put_file(making: Path, entry: FileEntry, archive: Reader) -> None:
    target = making.joinpath(*Path(entry.name).parts[2:])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        archive.copy(entry, file)
        file.flush()
        os.fsync(file.fileno())
