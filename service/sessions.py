"""Sessions of people at the pages, and the links that begin one without a password."""

from datetime import UTC, datetime, timedelta
from typing import cast

from service import audit
from service.caller import Caller, Role
from service.db import Database
from service.errors import Unauthorized
from service.queries import access, users
from service.queries.letters import moment
from service.secrets import hash_of, new_secret

LINK_LIFE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
IDLE = timedelta(hours=1)
# How often it is written down that a session is in use.
SEEN_EVERY = timedelta(minutes=1)


def begin_session(database: Database, caller: Caller) -> str:
    """Begin a session, by whichever door, and return the secret that its cookie holds; that is recorded.

    A user has role, unit and regions as they are now: who was changed since the password was looked at gains nothing.
    Raises Unauthorized if the user was disabled.
    """
    secret, now = new_secret(), datetime.now(UTC)
    values = {
        "hash": hash_of(secret),
        "name": caller.name,
        "role": caller.role,
        "unit": caller.unit,
        "regions": list(caller.regions),
        "began_at": moment(now),
        "seen_at": moment(now),
    }
    with database.write() as connection:
        access.delete_sessions_before(connection, now - LONGEST)
        user = users.find_user(connection, caller.name)
        if user is not None:
            if user.disabled_at is not None:
                raise Unauthorized("You cannot log in any more.")
            values |= {"role": user.role, "unit": user.unit, "regions": list(user.regions)}
        access.insert_session(connection, values)
        audit.record(connection, caller, "log_in", "user", [caller.name])
    return secret


def find_session(database: Database, secret: str) -> Caller | None:
    """Return whose session this is, unless it was ended, is ten hours old, or was not used for an hour."""
    now = datetime.now(UTC)
    with database.read() as connection:
        row = access.find_session(connection, hash_of(secret), now - LONGEST, now - IDLE)
    if row is None:
        return None
    if now - datetime.fromisoformat(row.seen_at) >= SEEN_EVERY:
        with database.write() as connection:
            access.put_session_seen(connection, row.hash, now)
    return Caller(row.name, cast(Role, row.role), row.unit, tuple(row.regions))


def end_session(database: Database, secret: str) -> None:
    """End a session for good, whoever still holds its cookie."""
    with database.write() as connection:
        access.delete_session(connection, hash_of(secret))


def make_login_link(database: Database, name: str, role: Role, by: Caller = audit.OPERATOR) -> str:
    """Return the secret part of a link that logs in once within 15 minutes."""
    secret = new_secret()
    with database.write() as connection:
        access.insert_login_link(connection, hash_of(secret), name, role, datetime.now(UTC) + LINK_LIFE)
        audit.record(connection, by, "add", "login_link", [name], {"role": role})
    return secret


def follow_login_link(database: Database, secret: str) -> Caller | None:
    """Return whom a link lets in, and use the link up; a user of that name keeps unit and regions."""
    with database.write() as connection:
        row = access.use_login_link(connection, hash_of(secret), datetime.now(UTC))
        user = users.find_user(connection, row.name) if row else None
    if row is None or (user is not None and (user.disabled_at is not None or user.role != row.role)):
        return None
    scope = (user.unit, tuple(user.regions)) if user is not None else (None, ())
    return Caller(row.name, cast(Role, row.role), *scope)
