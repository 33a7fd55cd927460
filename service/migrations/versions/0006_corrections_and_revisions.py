"""What people corrected, and how often letters and matters changed.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward; columns are added in place, so that no table is rebuilt."""

    for table in ("letters", "matters"):
        op.add_column(table, sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("letters", sa.Column("automatic", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_corrections_letter_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_corrections")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_corrections_letter_id"), "corrections", ["letter_id"])


def downgrade() -> None:
    """Migrate back; what people corrected is lost, the results that hold stay."""

    op.drop_table("corrections")
    op.drop_column("letters", "automatic")
    for table in ("letters", "matters"):
        op.drop_column(table, "revision")
