"""The file of the secret keys of an installation: made once, replaced as a whole, readable by its owner only."""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from service.errors import SettingError


@dataclass(frozen=True)
class KeyFile:
    """What the file holds; of keys that rotate there may be several, the newest first."""

    identity: tuple[str, ...]
    storage: tuple[str, ...]
    session: str
    content: str

    @classmethod
    def read(cls, path: Path) -> "KeyFile":
        """Read the file; raises SettingError if it holds no keys."""
        try:
            given = json.loads(path.read_text(encoding="ascii"))
            identity, storage = _several(given["identity"]), _several(given["storage"])
            # Files of earlier versions have no key for contents: it follows from the identity key until it is written.
            content = given.get("content") or _derived(identity[-1])
            for key in (*identity, content):
                bytes.fromhex(key)
            for key in storage:
                Fernet(key)
            return cls(identity, storage, str(given["session"]), content)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise SettingError(f"{path}: no file of keys; restore it from your backup of the keys") from error

    @classmethod
    def new(cls) -> "KeyFile":
        """Return new keys for everything."""
        return cls((new_identity_key(),), (new_storage_key(),), secrets.token_hex(32), secrets.token_hex(32))

    def make(self, path: Path) -> None:
        """Write the file unless there is one already: of two processes one wins."""
        making = self._written(path)
        try:
            os.link(making, path)
        except FileExistsError:
            return
        finally:
            making.unlink()

    def replace(self, path: Path) -> None:
        """Write the file in place of the one before, at once and safely."""
        self._written(path).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _written(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, making = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        return Path(making)


def new_identity_key() -> str:
    """Return a new key for hashes of who wrote."""
    return secrets.token_hex(32)


def new_storage_key() -> str:
    """Return a new key for what is encrypted."""
    return Fernet.generate_key().decode()


def key_id(key: str) -> str:
    """Return the name of a key, 16 hexadecimal digits, which tells nothing of it."""
    return hashlib.sha256(f"hongyan:{key}".encode()).hexdigest()[:16]


def _several(value: Any) -> tuple[str, ...]:
    """Read one key or several."""
    keys = (value,) if isinstance(value, str) else tuple(value)
    if not keys or not all(isinstance(key, str) for key in keys):
        raise ValueError
    return keys


def _derived(identity: str) -> str:
    return hmac.new(bytes.fromhex(identity), b"content", hashlib.sha256).hexdigest()
