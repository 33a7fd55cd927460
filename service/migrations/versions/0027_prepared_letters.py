"""Letters prepared for comparison, so that no process prepares stored ones anew.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "prepared",
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("maker", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_prepared_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_prepared")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # To squeeze these bytes costs much time and saves little room.
        op.execute("ALTER TABLE prepared ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("prepared")
