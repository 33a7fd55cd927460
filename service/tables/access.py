"""The tables of who may come in."""

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    String,
    Table,
)

from service.tables.base import MOMENT, metadata

# Who works at the office. Passwords are hashed with Argon2id; who has none comes in by a link or by OpenID Connect.
users = Table(
    "users",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(500)),
    Column("regions", JSON, nullable=False),
    Column("password_hash", String(200)),
    Column("created_at", String(MOMENT), nullable=False),
    Column("disabled_at", String(MOMENT)),
)

# Who is at a page, by the hash of the secret in the cookie. Ending a session deletes its row.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(200), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(500)),
    Column("regions", JSON, nullable=False),
    Column("began_at", String(MOMENT), nullable=False),
    Column("seen_at", String(MOMENT), nullable=False),
)

# Failed attempts to log in, by the hash of the name tried or of the address that they came from.
failed_logins = Table(
    "failed_logins",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", String(MOMENT), nullable=False),
    Column("locked_until", String(MOMENT)),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Column("revoked_at", String(MOMENT)),
    Column("id", String(26)),
    Column("unit", String(500)),
    Column("regions", JSON(none_as_null=True)),
    Column("expires_at", String(MOMENT)),
    # To the day, so that a busy token is not written with every request.
    Column("used_at", String(MOMENT)),
    Index(None, "id", unique=True),
)

login_links = Table(
    "login_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("expires_at", String(MOMENT), nullable=False),
    Column("used_at", String(MOMENT)),
)
