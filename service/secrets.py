"""Secrets that callers hold: made here, and kept as hashes only."""

import hashlib
import secrets

BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a new secret that nobody can guess."""
    return prefix + secrets.token_urlsafe(BYTES)


def hash_of(secret: str) -> str:
    """Return the hash by which a secret is known, 64 hexadecimal digits.

    Secrets are random, so that a plain hash cannot be guessed back; passwords are hashed otherwise.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
