"""The secret keys of an installation: for hashes of who wrote, for what is encrypted, for sessions."""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from service.errors import SettingError


class Keys:
    """Hash and encrypt with the keys of this installation."""

    def __init__(self, identity: str, storage: str, session: str) -> None:
        self._identity = bytes.fromhex(identity)
        self._storage = Fernet(storage)
        self.session = session

    def identity_hash(self, identity: str) -> str:
        """Return the keyed hash of a normalised identity, 64 hexadecimal digits."""
        return hmac.new(self._identity, identity.encode(), hashlib.sha256).hexdigest()

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Return a keyed hash of a value that compares only with others of its purpose, 64 hexadecimal digits."""
        return hmac.new(self._identity, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def encrypt(self, content: Any) -> bytes:
        """Encrypt a value that JSON can hold."""
        return self.seal(json.dumps(content, ensure_ascii=False).encode())

    def decrypt(self, sealed: bytes) -> Any:
        """Return what `encrypt` sealed; raises SettingError if the keys are not those that sealed it."""
        return json.loads(self.unseal(sealed))

    def seal(self, content: bytes) -> bytes:
        """Encrypt bytes."""
        return self._storage.encrypt(content)

    def unseal(self, sealed: bytes) -> bytes:
        """Return what `seal` sealed; raises SettingError if the keys are not those that sealed it."""
        try:
            return self._storage.decrypt(sealed)
        except InvalidToken as error:
            raise SettingError("the keys do not fit the database; set HONGYAN_KEYS to its own file") from error


def load_keys(path: Path) -> Keys:
    """Read the keys, or make them, readable by their owner only, if the file is not there."""
    if not path.exists():
        _make(path)
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        return Keys(content["identity"], content["storage"], content["session"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingError(f"{path}: no file of keys; restore it from your backup of the keys") from error


def _make(path: Path) -> None:
    """Write new keys to a file of its own and link it into place, so that of two processes one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "identity": secrets.token_hex(32),
        "storage": Fernet.generate_key().decode(),
        "session": secrets.token_hex(32),
    }
    handle, making = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(making, path)
    except FileExistsError:
        return
    finally:
        Path(making).unlink()
