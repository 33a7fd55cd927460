"""What the software decided by itself, what that rested on, and what persons made of it.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "bases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("dictionary", sa.String(length=64), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bases")),
    )
    op.create_table(
        "automatic_decisions",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("basis_id", sa.String(length=64), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=True),
        sa.Column("reviewed_at", sa.String(length=40), nullable=True),
        sa.Column("decided", sa.String(length=20), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["basis_id"], ["bases.id"], name=op.f("fk_automatic_decisions_basis_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_automatic_decisions_letter_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["events.number"], name=op.f("fk_automatic_decisions_undone_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_automatic_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automatic_decisions_letter_id"), "automatic_decisions", ["letter_id"])
    op.create_index(op.f("ix_automatic_decisions_undone_by"), "automatic_decisions", ["undone_by"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("automatic_decisions")
    op.drop_table("bases")
