"""The unit that a matter was routed to.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

matters = sa.table("matters", sa.column("id", sa.String), sa.column("unit", sa.String))
events = sa.table(
    "events",
    sa.column("number", sa.Integer),
    sa.column("matter_id", sa.String),
    sa.column("kind", sa.String),
    sa.column("detail", sa.JSON),
)


def upgrade() -> None:
    """Migrate forward; units recorded before are taken over."""

    op.add_column("matters", sa.Column("unit", sa.String(length=500), nullable=True))
    op.create_index(op.f("ix_matters_unit"), "matters", ["unit"], unique=False)
    connection = op.get_bind()
    routed = sa.select(events).where(events.c.kind == "routed").order_by(events.c.number)
    for event in connection.execute(routed).all():
        if unit := event.detail.get("unit"):
            connection.execute(sa.update(matters).where(matters.c.id == event.matter_id).values(unit=unit))


def downgrade() -> None:
    """Migrate back."""

    op.drop_index(op.f("ix_matters_unit"), table_name="matters")
    op.drop_column("matters", "unit")
