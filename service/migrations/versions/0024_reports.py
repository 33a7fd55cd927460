"""Reports that were ordered, and an index for steps of a time.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "reports",
        sa.Column("job_id", sa.String(26), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=True),
        sa.Column("key", sa.String(16), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_reports_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_owner"), "reports", ["owner"])
    op.create_index("ix_events_at_kind_matter_id", "events", ["at", "kind", "matter_id"])


def downgrade() -> None:
    """Migrate back."""

    op.drop_index("ix_events_at_kind_matter_id", table_name="events")
    op.drop_table("reports")
