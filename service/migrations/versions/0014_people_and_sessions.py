"""People with passwords, their sessions, failed attempts; tokens that expire.

Revision ID: 0014
Revises: 0013
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

tokens = sa.table("tokens", sa.column("hash", sa.String), sa.column("id", sa.String))


def upgrade() -> None:
    """Migrate forward; tokens keep working and get an id to be named by."""

    op.create_table(
        "users",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=500), nullable=True),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("disabled_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=500), nullable=True),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("began_at", sa.String(length=40), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_name"), "sessions", ["name"], unique=False)
    op.create_table(
        "failed_logins",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.String(length=40), nullable=False),
        sa.Column("locked_until", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failed_logins")),
    )
    for column in (
        sa.Column("id", sa.String(length=26), nullable=True),
        sa.Column("unit", sa.String(length=500), nullable=True),
        sa.Column("regions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("expires_at", sa.String(length=40), nullable=True),
        sa.Column("used_at", sa.String(length=40), nullable=True),
    ):
        op.add_column("tokens", column)
    connection = op.get_bind()
    for known in connection.execute(sa.select(tokens.c.hash)).scalars().all():
        made = hashlib.sha256(known.encode()).hexdigest()[:26]
        connection.execute(sa.update(tokens).where(tokens.c.hash == known).values(id=made))
    op.create_index(op.f("ix_tokens_id"), "tokens", ["id"], unique=True)


def downgrade() -> None:
    """Migrate back."""

    op.drop_index(op.f("ix_tokens_id"), table_name="tokens")
    for name in ("used_at", "expires_at", "regions", "unit", "id"):
        op.drop_column("tokens", name)
    op.drop_table("failed_logins")
    op.drop_index(op.f("ix_sessions_name"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("users")
