"""Tokens of the API: made, shown once, found, listed, revoked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row
from ulid import ULID

from service import audit
from service.caller import Caller, Role
from service.db import Database
from service.errors import NotFound, SettingError
from service.queries import access, users
from service.queries.letters import moment
from service.secrets import hash_of, new_secret

PREFIX = "hy_"
TOKEN = "token"  # noqa: S105 - what the audit calls it


def make_token(
    database: Database,
    name: str,
    role: Role,
    unit: str | None = None,
    regions: Sequence[str] = (),
    expires_in: timedelta | None = None,
    by: Caller = audit.OPERATOR,
) -> str:
    """Make a token; it is shown this once, and only its hash is stored.

    Raises SettingError if the name belongs to another role: deliveries belong to the name.
    """
    token, token_id, now = new_secret(PREFIX), str(ULID()), datetime.now(UTC)
    values = {
        "hash": hash_of(token),
        "id": token_id,
        "name": name,
        "role": role,
        "unit": unit,
        "regions": list(regions) or None,
        "created_at": moment(now),
        "expires_at": moment(now + expires_in) if expires_in else None,
    }
    with database.write() as connection:
        known = access.find_token_of(connection, name) or users.find_user(connection, name)
        if known and known.role != role:
            raise SettingError(f"{name!r} has the role {known.role}; choose another name for the role {role}")
        access.insert_token(connection, values)
        audit.record(connection, by, "add", TOKEN, [token_id], {"role": role})
    return token


def find_caller(database: Database, token: str) -> Caller | None:
    """Return whose token this is, unless it was revoked, has expired, or no longer fits the user of its name.

    A user who is disabled or has another role now has no use of older tokens. A token follows the unit of its user, and
    sees those of its regions that the user sees.
    """
    now = datetime.now(UTC)
    with database.glance() as connection:
        row = access.find_token(connection, hash_of(token), now)
    if row is None or row.disabled_at is not None or row.user_role not in (None, row.role):
        return None
    if row.used_at != (today := now.date().isoformat()):
        with database.write() as connection:
            access.put_token_use(connection, row.hash, today)
    unit = row.user_unit or row.unit
    own, held = tuple(row.regions or ()), tuple(row.user_regions or ())
    regions = _common(own, held) if own and held else own or held
    return Caller(row.name, cast(Role, row.role), unit, regions) if regions or not own else None


def _common(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the regions that lie in both; a region holds all that begins with it."""
    pairs = [(one, other) for one in some for other in others if one.startswith(other) or other.startswith(one)]
    return tuple(dict.fromkeys(max(pair, key=len) for pair in pairs))


def every_token(database: Database) -> list[Row[Any]]:
    """Return all tokens, revoked ones too, oldest first."""
    with database.read() as connection:
        return access.every_token(connection)


def revoke_token(database: Database, token_id: str, by: Caller) -> Row[Any]:
    """Revoke a token by its id; raises NotFound if there is none."""
    with database.write() as connection:
        row = access.revoke_token(connection, token_id, datetime.now(UTC))
        if row is None:
            raise NotFound
        audit.record(connection, by, "revoke", TOKEN, [token_id])
        return row
