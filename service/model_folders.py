"""The folders of registered models: one for each version, which never changes."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model import artefact
from model.errors import ArtefactError
from service.errors import SettingError

LOCK = ".lock"


class ModelFolders:
    """Copy trained folders in, check and delete them; one process at a time changes anything."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def of(self, version: str) -> Path:
        """Return the folder of a version."""
        return self.home / version

    def put(self, source: Path) -> dict[str, Any]:
        """Copy a trained folder in, complete or not at all, unless it is there already; returns its manifest.

        Raises ArtefactError if the folder cannot be used, and SettingError if there is no room for it.
        """
        manifest = artefact.check(source)
        version = str(manifest["version"])
        with self._locked():
            if not _is_whole(self.of(version)):
                self._copy(source, manifest, self.of(version))
        return manifest

    def load(self, version: str) -> None:
        """Load a version to see that it can be used; it takes about a second.

        Raises ArtefactError if it is damaged, or made by another version of what it needs.
        """
        try:
            artefact.load(self.of(version))
        except OSError as error:
            raise ArtefactError(f"{self.of(version)}: cannot be read: {error.strerror}") from error

    def delete(self, version: str) -> None:
        """Delete the folder of a version; who has it open reads on."""
        with self._locked():
            shutil.rmtree(self.of(version), ignore_errors=True)

    def _copy(self, source: Path, manifest: dict[str, Any], folder: Path) -> None:
        making = Path(tempfile.mkdtemp(prefix=".adding-", dir=self.home))
        try:
            making.chmod(0o755)
            for name in (*manifest["files"], artefact.MANIFEST, artefact.CARD):
                if (source / name).is_file():
                    _copy_file(source / name, making / name)
            artefact.load(making)
            if folder.exists():
                shutil.rmtree(folder)
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait for others that change folders; what one that died was adding is removed."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with (self.home / LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                for left in self.home.glob(".adding-*"):
                    shutil.rmtree(left, ignore_errors=True)
                yield
        except OSError as error:
            raise SettingError(f"{self.home}: cannot keep models: {error.strerror}") from error


def _is_whole(folder: Path) -> bool:
    try:
        artefact.check(folder)
    except (ArtefactError, OSError):
        return False
    return True


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file to where it stays for good: read-only, and on the disk before anything names it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    target.chmod(0o444)
