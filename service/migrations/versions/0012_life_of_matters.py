"""Registration numbers of matters, and when what is owed in them is due.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBERS = "ix_matters_registered_year_restricted_registered_number"
COLUMNS = ("registered_year", "registered_number")


def upgrade() -> None:
    """Migrate forward; deadlines of stored matters are worked out by `hongyan flags refresh`."""

    for name in COLUMNS:
        op.add_column("matters", sa.Column(name, sa.Integer(), nullable=True))
    op.create_index(
        NUMBERS, "matters", ["registered_year", "restricted", "registered_number"], unique=True
    )

    op.create_table(
        "deadlines",
        sa.Column("matter_id", sa.String(length=26), nullable=False),
        sa.Column("clock", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_deadlines_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", "clock", name=op.f("pk_deadlines")),
    )
    op.create_index(op.f("ix_deadlines_due_at_matter_id"), "deadlines", ["due_at", "matter_id"])
    op.create_index(op.f("ix_deadlines_clock_due_at_matter_id"), "deadlines", ["clock", "due_at", "matter_id"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("deadlines")
    op.drop_index(NUMBERS, "matters")
    for name in COLUMNS:
        op.drop_column("matters", name)
