"""The people of the office: who they are, what they may do, and whether a password is theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row

from service import audit, passwords, throttle
from service.caller import ROLES, Caller, Role
from service.db import Database
from service.errors import Conflict, Invalid, NotFound, TooMany
from service.queries import access
from service.queries import users as queries
from service.queries.letters import moment
from service.schemas.access import LONGEST_NAME
from service.secrets import hash_of

USER = "user"
UNATTENDED = (
    "there are users, but none of the role discipline who may log in: nobody sees accusations;"
    " add one: hongyan user add NAME --role discipline"
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Manage users; every change is recorded under who made it, and ends the sessions of whom it concerns."""

    database: Database

    def add(
        self,
        name: str,
        role: Role,
        password: str | None,
        by: Caller,
        unit: str | None = None,
        regions: Sequence[str] = (),
    ) -> Row[Any]:
        """Add a user; without a password only a login link or OpenID Connect lets in.

        Raises Invalid if name or password is not acceptable, and Conflict if the name is taken, be it by a token of
        another role.
        """
        _check(name, role)
        values = {
            "name": name,
            "role": role,
            "unit": unit,
            "regions": list(regions),
            "password_hash": passwords.hash_password(password, name) if password is not None else None,
            "created_at": moment(datetime.now(UTC)),
        }
        with self.database.write() as connection:
            if queries.find_user(connection, name):
                raise Conflict(f"There is a user {name!r} already.", [("name", "choose another name")])
            token = access.find_token_of(connection, name)
            if token is not None and token.role != role:
                raise Conflict(f"{name!r} has tokens of the role {token.role}.", [("name", "choose another name")])
            queries.insert_user(connection, values)
            audit.record(connection, by, "add", USER, [name], {"role": role})
            return self._found(connection, name)

    def leave_accusations_unattended(self) -> bool:
        """Say whether there are users, but none to see accusations."""
        with self.database.read() as connection:
            return queries.count_enabled(connection) > 0 and not queries.count_enabled(connection, "discipline")

    def of_discipline(self) -> list[Caller]:
        """Return the users of the role discipline who may log in."""
        return [_caller(row) for row in self.every() if row.role == "discipline" and row.disabled_at is None]

    def change(self, name: str, changes: Mapping[str, Any], by: Caller) -> Row[Any]:
        """Change role, unit, regions, password or `disabled` of a user.

        Raises NotFound if there is none, Invalid if a value is not acceptable, and Conflict if nobody would be left to
        administer.
        """
        values = {field: changes[field] for field in ("role", "unit", "regions") if field in changes}
        if "role" in values:
            _check(name, values["role"])
        if changes.get("password") is not None:
            values["password_hash"] = passwords.hash_password(changes["password"], name)
        if "disabled" in changes:
            values["disabled_at"] = moment(datetime.now(UTC)) if changes["disabled"] else None
        with self.database.write() as connection:
            before = self._found(connection, name)
            if values:
                queries.change_user(connection, name, values)
            after = self._found(connection, name)
            if _administers(before) and not _administers(after) and not queries.count_enabled(connection, "admin"):
                raise Conflict("Nobody would be left to administer.", [("name", "add another admin first")])
            access.delete_sessions_of(connection, name)
            audit.record(connection, by, "change", USER, [name], {"fields": sorted(changes)})
            return after

    def every(self) -> list[Row[Any]]:
        """Return all users by name."""
        with self.database.read() as connection:
            return queries.every_user(connection)

    def known(self, name: str) -> Caller | None:
        """Return a user who may log in, by name."""
        with self.database.read() as connection:
            row = _named(connection, name)
        return _caller(row) if row is not None and row.disabled_at is None else None

    def log_in(self, name: str, password: str, address: str) -> Caller | None:
        """Return who a name and a password let in; None if they do not fit.

        Raises TooMany if the name or the address must wait first. Takes as long for a name that is not known.
        """
        row = self._proved(name, password, address)
        return _caller(row) if row is not None else None

    def has_password(self, name: str) -> bool:
        """Say whether a user is let in by a password; others come by a login link or OpenID Connect."""
        with self.database.read() as connection:
            row = _named(connection, name)
        return row is not None and row.password_hash is not None

    def change_own_password(self, caller: Caller, old: str, new: str, address: str, session: str) -> bool:
        """Give a caller another password, and end all sessions but one; False if `old` is not the password.

        Raises TooMany as `log_in` does, and Invalid if the new password is not good enough.
        """
        hashed = passwords.hash_password(new, caller.name)
        if self._proved(caller.name, old, address) is None:
            return False
        with self.database.write() as connection:
            queries.change_user(connection, caller.name, {"password_hash": hashed})
            access.delete_sessions_of(connection, caller.name, but=hash_of(session))
            audit.record(connection, caller, "change", USER, [caller.name], {"fields": ["password"]})
        return True

    def _proved(self, name: str, password: str, address: str) -> Row[Any] | None:
        """Return the user whose name and password these are; counts failures."""
        now = datetime.now(UTC)
        subjects = throttle.subjects_of(name, address)
        with self.database.read() as connection:
            wait = throttle.wait_of(connection, subjects, now)
            row = _named(connection, name)
        if wait:
            raise TooMany(
                "Too many attempts failed; wait before the next one.", retry_after=int(wait.total_seconds()) + 1
            )
        right = passwords.fits(password, row.password_hash if row is not None else None)
        with self.database.write() as connection:
            # Attempts made at the same time must not all pass before the first failure is counted.
            if throttle.wait_of(connection, subjects, now):
                right = False
            if row is None or not right or row.disabled_at is not None:
                throttle.note_failure(connection, subjects, now)
                return None
            throttle.note_success(connection, name, now)
            if passwords.is_outdated(row.password_hash):
                queries.change_user(connection, name, {"password_hash": passwords.renewed(password)})
        return row

    def _found(self, connection: Connection, name: str) -> Row[Any]:
        row = queries.find_user(connection, name)
        if row is None:
            raise NotFound
        return row


def _named(connection: Connection, name: str) -> Row[Any] | None:
    """Return the user of a name as somebody typed it; one that `_check` would refuse is not looked up."""
    return queries.find_user(connection, name) if name.isprintable() else None


def _check(name: str, role: str) -> None:
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise Invalid("The name is not acceptable.", [("name", "give printable characters without blanks around them")])
    if len(name) > LONGEST_NAME:
        raise Invalid("The name is not acceptable.", [("name", f"has more than {LONGEST_NAME} characters")])
    if role not in ROLES:
        raise Invalid("There is no such role.", [("role", f"give one of {', '.join(ROLES)}")])


def _administers(row: Row[Any]) -> bool:
    return row.role == "admin" and row.disabled_at is None


def _caller(row: Row[Any]) -> Caller:
    return Caller(row.name, cast(Role, row.role), row.unit, tuple(row.regions or ()))
