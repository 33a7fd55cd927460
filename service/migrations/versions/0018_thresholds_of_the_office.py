"""From where on letters need no review and are joined, as the office chose.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "thresholds",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("precision", sa.Float(), nullable=True),
        sa.Column("join_from", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_thresholds")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("thresholds")
