"""Units and classes of the office.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "units",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_units")),
    )
    op.create_table(
        "classes",
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("definition", sa.String(1000), nullable=False),
        sa.Column("replaced_by", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_classes")),
    )


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("classes")
    op.drop_table("units")
