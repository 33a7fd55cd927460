"""A hash in each row of the audit that chains it to the row before.

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from service.chain import FIELDS, Head, hash_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AUDIT = sa.table(
    "audit",
    sa.column("detail", sa.JSON(none_as_null=True)),
    *(sa.column(name) for name in (*FIELDS, "hash") if name != "detail"),
)
PIECE = 1000


def upgrade() -> None:
    """Migrate forward; the table is not rebuilt, so that its triggers stay."""

    op.add_column("audit", sa.Column("hash", sa.String(length=64), nullable=True))
    with _triggers_asleep():
        _chain_what_is_there()


def downgrade() -> None:
    """Migrate back."""

    op.drop_column("audit", "hash")


def _chain_what_is_there() -> None:
    connection, head = op.get_bind(), Head()
    following = sa.select(AUDIT).order_by(AUDIT.c.number).limit(PIECE)
    while rows := connection.execute(following.where(AUDIT.c.number > head.number)).all():
        for row in rows:
            head = Head(row.number, hash_of(head.hash, dict(row._mapping)))
            connection.execute(sa.update(AUDIT).where(AUDIT.c.number == row.number).values(hash=head.hash))


@contextmanager
def _triggers_asleep() -> Iterator[None]:
    """Let the rows of the audit be changed, this once."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        yield
        op.execute("ALTER TABLE audit ENABLE TRIGGER USER")
        return
    known = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    triggers = connection.execute(known).all()
    for trigger in triggers:
        op.execute(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
