"""Every statement about tokens, login links, page sessions and failed attempts to log in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from service.queries.letters import moment
from service.tables import failed_logins, login_links, sessions, tokens, users


def insert_token(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store a new token, of which only the hash is kept."""
    connection.execute(insert(tokens), dict(values))


def find_token(connection: Connection, token_hash: str, at: datetime) -> Row[Any] | None:
    """Return a token that was not revoked and has not expired, with what is known of the user of its name.

    That is user_role, None if there is no such user, user_unit, user_regions and disabled_at.
    """
    return connection.execute(_STANDING, {"token": token_hash, "now": moment(at)}).one_or_none()


# Each request of a program asks this: it is put together once.
_STANDING = (
    select(
        tokens,
        users.c.role.label("user_role"),
        users.c.unit.label("user_unit"),
        users.c.regions.label("user_regions"),
        users.c.disabled_at,
    )
    .outerjoin(users, users.c.name == tokens.c.name)
    .where(
        tokens.c.hash == bindparam("token"),
        tokens.c.revoked_at.is_(None),
        tokens.c.expires_at.is_(None) | (tokens.c.expires_at > bindparam("now")),
    )
)


def find_token_of(connection: Connection, name: str) -> Row[Any] | None:
    """Return a token of a name, revoked or not: a name keeps its role for good."""
    return connection.execute(select(tokens).where(tokens.c.name == name).limit(1)).one_or_none()


def every_token(connection: Connection) -> list[Row[Any]]:
    """Return all tokens, oldest first."""
    return list(connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.hash)))


def revoke_token(connection: Connection, token_id: str, at: datetime) -> Row[Any] | None:
    """Revoke a token, unless it was before; returns it, None if there is none."""
    standing = (tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    connection.execute(update(tokens).where(*standing).values(revoked_at=moment(at)))
    return connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()


def put_token_use(connection: Connection, token_hash: str, day: str) -> None:
    """Remember the day on which a token was used last."""
    connection.execute(update(tokens).where(tokens.c.hash == token_hash).values(used_at=day))


def insert_login_link(connection: Connection, link_hash: str, name: str, role: str, expires_at: datetime) -> None:
    """Store the hash of a one-time login link."""
    connection.execute(insert(login_links).values(hash=link_hash, name=name, role=role, expires_at=moment(expires_at)))


def use_login_link(connection: Connection, link_hash: str, at: datetime) -> Row[Any] | None:
    """Return name and role of a link that is unused and not expired, and mark it used."""
    fresh = (login_links.c.hash == link_hash, login_links.c.used_at.is_(None), login_links.c.expires_at > moment(at))
    found = connection.execute(select(login_links).where(*fresh)).one_or_none()
    if found:
        connection.execute(update(login_links).where(login_links.c.hash == link_hash).values(used_at=moment(at)))
    return found


def insert_session(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store a page session."""
    connection.execute(insert(sessions), dict(values))


def find_session(connection: Connection, session_hash: str, began: datetime, seen: datetime) -> Row[Any] | None:
    """Return a session that began and was seen after these times."""
    fresh = (sessions.c.began_at > moment(began), sessions.c.seen_at > moment(seen))
    return connection.execute(select(sessions).where(sessions.c.hash == session_hash, *fresh)).one_or_none()


def put_session_seen(connection: Connection, session_hash: str, at: datetime) -> None:
    """Remember when a session was used last."""
    connection.execute(update(sessions).where(sessions.c.hash == session_hash).values(seen_at=moment(at)))


def delete_session(connection: Connection, session_hash: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.hash == session_hash))


def delete_sessions_of(connection: Connection, name: str, but: str = "") -> None:
    """End all sessions of a name, but one of a hash."""
    connection.execute(delete(sessions).where(sessions.c.name == name, sessions.c.hash != but))


def delete_sessions_before(connection: Connection, began: datetime) -> None:
    """Forget sessions that began before a time."""
    connection.execute(delete(sessions).where(sessions.c.began_at <= moment(began)))


def failed_logins_of(connection: Connection, subjects: list[str]) -> list[Row[Any]]:
    """Return what is known of failed attempts of these subjects."""
    return list(connection.execute(select(failed_logins).where(failed_logins.c.subject.in_(subjects))))


def put_failed_login(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store the failed attempts of a subject in place of what was known of it."""
    connection.execute(delete(failed_logins).where(failed_logins.c.subject == values["subject"]))
    connection.execute(insert(failed_logins), dict(values))


def delete_failed_logins(connection: Connection, subject: str, before: datetime) -> None:
    """Forget the failed attempts of a subject, and all that are older than a time."""
    old = failed_logins.c.last_at <= moment(before)
    connection.execute(delete(failed_logins).where((failed_logins.c.subject == subject) | old))
