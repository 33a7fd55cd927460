"""What the columns of a file of letters mean, and files that wait for their sender to say so.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.add_column("imports", sa.Column("columns", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("imports", sa.Column("held", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Migrate back."""

    op.drop_column("imports", "held")
    op.drop_column("imports", "columns")
