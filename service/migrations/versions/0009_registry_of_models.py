"""The registry of models.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "models",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("added_at", sa.String(40), nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("activated_at", sa.String(40)),
        sa.Column("activated_by", sa.String(200)),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(500)),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_models")),
    )
    op.create_index(op.f("ix_models_state"), "models", ["state"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("models")
