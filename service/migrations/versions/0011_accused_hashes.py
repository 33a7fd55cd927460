"""Keyed hashes of whom letters accuse.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "accused",
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_accused_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "hash", name=op.f("pk_accused")),
    )
    op.create_index(op.f("ix_accused_hash"), "accused", ["hash"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("accused")
