"""What was done, beside who did it with which object.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward; the table is not rebuilt, so that its triggers stay."""

    op.add_column("audit", sa.Column("detail", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Migrate back."""

    op.drop_column("audit", "detail")
