"""Hashes and encrypts with the secret keys of an installation, and notices when another process has rotated them."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.errors import SettingError
from service.key_file import KeyFile, key_id

KEYED = "hmac:"
NONE_USED: Mapping[str, str] = MappingProxyType({})


class _Ring(NamedTuple):
    file: KeyFile
    stamp: tuple[int, int] | None
    storage: MultiFernet
    identity: dict[str, bytes]


class Keys:
    """Hash and encrypt with the keys of a file, which is read again as soon as it is another one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ring = self._read()

    def _read(self) -> _Ring:
        stamp = self._stamp()
        file = KeyFile.read(self.path)
        identity = {key_id(key): bytes.fromhex(key) for key in file.identity}
        return _Ring(file, stamp, MultiFernet([Fernet(key) for key in file.storage]), identity)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _current(self) -> _Ring:
        """Return the keys of the file as it is now; those known before where it cannot be read."""
        stamp = self._stamp()
        if stamp is not None and stamp != self._ring.stamp:
            self._ring = self._read()
        return self._ring

    @property
    def session(self) -> str:
        """Return the key of page sessions."""
        return self._ring.file.session

    @property
    def storage_key(self) -> str:
        """Return the name of the key that encrypts now."""
        return key_id(self._current().file.storage[0])

    def names(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the keys of each purpose, the newest first; names tell nothing of a key."""
        file = self._current().file
        return {"storage": tuple(map(key_id, file.storage)), "identity": tuple(map(key_id, file.identity))}

    def fit(self, used: Mapping[str, str]) -> bool:
        """Say whether the keys that a database names, by purpose, are among these."""
        try:
            names = self.names()
        except SettingError:
            return False
        return all(name in names[purpose] for purpose, name in used.items())

    def identity_hash(self, identity: str, key: str | None = None) -> str:
        """Return the keyed hash of a normalised identity, 64 hexadecimal digits, by a key of a name or the oldest.

        Raises SettingError if there is no such key.
        """
        known = self._current().identity
        if key is not None and key not in known:
            raise _unfit()
        secret = known[key] if key is not None else list(known.values())[-1]
        return hmac.new(secret, identity.encode(), hashlib.sha256).hexdigest()

    def content_hash(self, plain: str) -> str:
        """Return the keyed form, 64 characters, of the plain hash of a content; no rotation changes it."""
        return KEYED + self.keyed_hash("content", plain)[: 64 - len(KEYED)]

    def seal(self, content: bytes) -> tuple[str, bytes]:
        """Encrypt bytes; returns the name of the key and what it made."""
        ring = self._current()
        return key_id(ring.file.storage[0]), ring.storage.encrypt(content)

    def unseal(self, sealed: bytes) -> bytes:
        """Return what was sealed; raises SettingError if the keys are not those that sealed it."""
        try:
            return self._ring.storage.decrypt(sealed)
        except InvalidToken:
            self._ring = self._read()
        try:
            return self._ring.storage.decrypt(sealed)
        except InvalidToken as error:
            raise _unfit() from error

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Return a keyed hash of a value that compares only with others of its purpose, 64 hexadecimal digits.

        No rotation changes it.
        """
        secret = bytes.fromhex(self._ring.file.content)
        return hmac.new(secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def encrypt(self, content: Any) -> bytes:
        """Encrypt a value that JSON can hold."""
        return self.seal(_as_json(content))[1]

    def decrypt(self, sealed: bytes) -> Any:
        """Return what was encrypted; raises SettingError if the keys are not those that sealed it."""
        return json.loads(self.unseal(sealed))

    def seal_value(self, content: Any) -> tuple[str, bytes]:
        """Encrypt a value that JSON can hold; returns the name of the key and what it made."""
        return self.seal(_as_json(content))


def _as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def load_keys(path: Path, used: Mapping[str, str] = NONE_USED) -> Keys:
    """Read the keys, or make them, readable by their owner only, if the file is not there.

    `used` are the keys that the database names, by purpose: raises SettingError if the file is not there although the
    database was sealed before, or holds others. With other keys nobody could read what is stored from now on.
    """
    if not path.exists():
        if used:
            raise SettingError(
                f"{path}: no file of keys, but the database is sealed with some;"
                " put your copy of its file there, or set HONGYAN_KEYS to it"
            )
        KeyFile.new().make(path)
    keys = Keys(path)
    if not keys.fit(used):
        raise _unfit()
    return keys


def _unfit() -> SettingError:
    return SettingError("the keys do not fit the database; set HONGYAN_KEYS to its own file")
