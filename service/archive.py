"""The file of a backup: a zip with the rows of each table as JSON lines; written complete or not at all."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import ValidationError

from service.errors import ServiceError
from service.schemas.backup import FileEntry, Manifest, TableEntry

MANIFEST = "manifest.json"
KEYS = "keys"
PIECE = 1024 * 1024
# A row holds a letter of 100,000 characters at most, and what was found in it.
LONGEST_LINE = 64 * PIECE
MOST_MANIFEST = 16 * PIECE


class BackupError(ServiceError):
    """A backup cannot be made or put back; the message names the table or file at fault."""


class Writer:
    """Add tables and files to an archive, each as a stream."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def add_table(self, name: str, columns: list[str], rows: Iterable[bytes]) -> TableEntry:
        """Add the rows of a table, a line each."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(_member(name), "w", force_zip64=True) as file:
            for line in rows:
                file.write(line)
                digest.update(line)
                count += 1
        return TableEntry(name=name, columns=columns, rows=count, sha256=digest.hexdigest())

    def add_file(self, name: str, path: Path) -> str:
        """Add a file and return its digest."""
        digest = hashlib.sha256()
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as file:
            while piece := source.read(PIECE):
                file.write(piece)
                digest.update(piece)
        return digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Say what the archive holds."""
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Open an archive that takes its place, and that of an earlier one, only when it is complete and on the disk.

    Raises BackupError if it cannot be written; an earlier file is then as it was.
    """
    making: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
        making = Path(name)
        with os.fdopen(handle, "wb") as file:
            with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        making.replace(path)
        _sync_folder(path.absolute().parent)
    except OSError as error:
        raise BackupError(f"{path}: the backup cannot be written: {error.strerror or error}") from error
    finally:
        if making is not None:
            making.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reader:
    """Read an archive and check each part of it while it is read."""

    def __init__(self, archive: ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.manifest = self._read_manifest()

    def _read_manifest(self) -> Manifest:
        with self._readable("the manifest"), self._archive.open(MANIFEST) as file:
            content = file.read(MOST_MANIFEST)
        try:
            return Manifest.model_validate_json(content)
        except ValidationError as error:
            raise BackupError(f"{self._path}: no backup of Hongyan that this version can read") from error

    def rows(self, entry: TableEntry) -> Iterator[bytes]:
        """Yield the rows of a table, a line each; raises BackupError, at the end at the latest, if it is damaged."""
        digest, count = hashlib.sha256(), 0
        with self._readable(f"table {entry.name}"), self._archive.open(_member(entry.name)) as file:
            while line := file.readline(LONGEST_LINE):
                digest.update(line)
                count += 1
                yield line
        if (count, digest.hexdigest()) != (entry.rows, entry.sha256):
            raise BackupError(f"{self._path}: table {entry.name} is damaged")

    def copy(self, entry: FileEntry, target: IO[bytes]) -> None:
        """Write a file elsewhere; raises BackupError, at the end at the latest, if it is damaged."""
        digest = hashlib.sha256()
        with self._readable(entry.name), self._archive.open(entry.name) as file:
            while piece := file.read(PIECE):
                target.write(piece)
                digest.update(piece)
        if digest.hexdigest() != entry.sha256:
            raise BackupError(f"{self._path}: {entry.name} is damaged")

    def keys(self) -> bytes | None:
        """Return the file of keys, if it is in the archive."""
        if self.manifest.keys is None:
            return None
        with self._readable("the file of keys"), self._archive.open(KEYS) as file:
            content = file.read(PIECE)
        if hashlib.sha256(content).hexdigest() != self.manifest.keys:
            raise BackupError(f"{self._path}: the file of keys is damaged")
        return content

    @contextmanager
    def _readable(self, part: str) -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            raise BackupError(f"{self._path}: {part} is missing; this is no whole backup of Hongyan") from error
        except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise BackupError(f"{self._path}: {part} is damaged") from error


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open an archive; raises BackupError if it is none."""
    try:
        archive = ZipFile(path)
    except OSError as error:
        raise BackupError(f"{path}: cannot be read: {error.strerror}") from error
    except BadZipFile as error:
        raise BackupError(f"{path}: no backup of Hongyan, or one that is cut off") from error
    with archive:
        yield Reader(archive, path)


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"
