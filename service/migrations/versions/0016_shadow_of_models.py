"""What a model in the shadow says otherwise.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "shadow_counts",
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("against", sa.String(64), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("field", sa.String(10), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("differed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("model", "against", "restricted", "field", name=op.f("pk_shadow_counts")),
    )
    op.create_table(
        "disagreements",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("letter_id", sa.String(26), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("against", sa.String(64), nullable=False),
        sa.Column("field", sa.String(10), nullable=False),
        sa.Column("active", sa.String(200), nullable=False),
        sa.Column("candidate", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_disagreements_letter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disagreements")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_disagreements_letter_id"), "disagreements", ["letter_id"])
    op.create_index(op.f("ix_disagreements_model_number"), "disagreements", ["model", "number"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("disagreements")
    op.drop_table("shadow_counts")
