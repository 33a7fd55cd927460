"""Takes a backup of a database that is in use: all tables of one moment, and the models, in one file."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from service.archive import KEYS, BackupError, Writer, writing
from service.audit import OPERATOR, record
from service.db import Database
from service.migrate import require_current, revision_of
from service.queries.archive import rows_of
from service.queries.letters import moment
from service.schemas.backup import FileEntry, Manifest
from service.settings import Settings
from service.tables import DERIVED, metadata

DATABASE = "database"


def back_up(database: Database, settings: Settings, path: Path, with_keys: bool = False) -> Manifest:
    """Write a backup, complete or not at all, while others read and write; returns what it holds.

    Without `with_keys` it holds no keys: who has it cannot read personal fields. Raises BackupError, or DatabaseError
    if the database is not of this version.
    """
    require_current(database)
    with database.write() as connection:
        record(connection, OPERATOR, "backup", DATABASE, [""], {"keys": with_keys})
    with writing(path) as archive, database.read() as connection:
        tables = [
            archive.add_table(table.name, [column.name for column in table.columns], _lines(connection, table.name))
            for table in metadata.sorted_tables
        ]
        manifest = Manifest(
            revision=str(revision_of(connection)),
            made_at=moment(datetime.now(UTC)),
            versions={"hongyan": version("hongyan"), "database": connection.dialect.name},
            tables=tables,
            files=list(_models(archive, settings.models_folder)),
            keys=archive.add_file(KEYS, settings.keys_file) if with_keys else None,
        )
        archive.finish(manifest)
    return manifest


def _lines(connection: Connection, name: str) -> Iterator[bytes]:
    table = metadata.tables[name]
    if table.info.get(DERIVED):
        return
    for row in rows_of(connection, table):
        yield (json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n").encode()


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | memoryview) else value


def _models(archive: Writer, folder: Path) -> Iterator[FileEntry]:
    """Add the folders of models; what begins with a dot is not complete, or a lock."""
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("[!.]*/**/*")):
        name = f"models/{path.relative_to(folder).as_posix()}"
        if path.is_file():
            try:
                yield FileEntry(name=name, sha256=archive.add_file(name, path))
            except ValidationError as error:
                raise BackupError(f"{path}: no name for a file of a model; rename it") from error
