"""Passwords: which are good enough, and hashing them with Argon2id."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Invalid

SHORTEST = 10
LONGEST = 200
FEWEST_DIFFERENT = 5
# Shorter names stand in many good passwords.
SHORTEST_NAME = 4

_hasher = PasswordHasher()


def hash_password(password: str, name: str) -> str:
    """Return the hash of a password of a user; raises Invalid, saying what is wrong, if it is too easy to guess."""
    if fault := _fault(password, name):
        raise Invalid("The password is not good enough.", [("password", fault)])
    return _hasher.hash(password)


def _fault(password: str, name: str) -> str:
    if len(password) < SHORTEST:
        return f"has fewer than {SHORTEST} characters; several words make a good one"
    if len(password) > LONGEST:
        return f"has more than {LONGEST} characters"
    if len(set(password)) < FEWEST_DIFFERENT:
        return "repeats a few characters; several words make a good one"
    if (len(name) >= SHORTEST_NAME and name.lower() in password.lower()) or password.lower() in name.lower():
        return "is made of the name; choose something that others do not know"
    return ""


def fits(password: str, known: str | None) -> bool:
    """Say whether a password is the one that was hashed; takes as long where there is none."""
    try:
        _hasher.verify(known or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def is_outdated(known: str) -> bool:
    """Say whether a hash should be made anew with today's parameters."""
    return _hasher.check_needs_rehash(known)


def renewed(password: str) -> str:
    """Return a hash with today's parameters of a password that was accepted before."""
    return _hasher.hash(password)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
