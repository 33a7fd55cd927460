"""Every statement about tokens and login links."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.queries.letters import moment
from service.tables import login_links, tokens


def insert_token(connection: Connection, token_hash: str, name: str, role: str, at: datetime) -> None:
    """Store the hash of a new token."""
    connection.execute(insert(tokens).values(hash=token_hash, name=name, role=role, created_at=moment(at)))


def find_token(connection: Connection, token_hash: str) -> Row[Any] | None:
    """Return name and role of a token that was not revoked."""
    statement = select(tokens).where(tokens.c.hash == token_hash, tokens.c.revoked_at.is_(None))
    return connection.execute(statement).one_or_none()


def find_token_of(connection: Connection, name: str) -> Row[Any] | None:
    """Return a token of a name, revoked or not: a name keeps its role for good."""
    return connection.execute(select(tokens).where(tokens.c.name == name).limit(1)).one_or_none()


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
