"""Imports: files of letters with what was sent, encrypted, and the reasons of refused rows.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "imports",
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_imports_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_imports")),
        sa.UniqueConstraint("owner", "key", name=op.f("uq_imports_owner_key")),
    )
    op.create_table(
        "import_pieces",
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["imports.job_id"], name=op.f("fk_import_pieces_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_import_pieces")),
    )
    op.create_table(
        "import_errors",
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["imports.job_id"], name=op.f("fk_import_errors_job_id")),
        sa.PrimaryKeyConstraint("job_id", "row", name=op.f("pk_import_errors")),
    )


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("import_errors")
    op.drop_table("import_pieces")
    op.drop_table("imports")
