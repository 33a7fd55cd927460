"""Decisions of people on pairs of letters, kinds of changes, causes of events, models of vectors.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rebuilding a table must not lose that its numbers are never used twice.
NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Migrate forward."""

    with op.batch_alter_table("changes", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=True))
    # Until now letters only came.
    op.execute("UPDATE changes SET kind = 'put'")
    with op.batch_alter_table("changes", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=10), nullable=False)

    with op.batch_alter_table("events", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_events_cause"), "events", ["cause"], ["number"])
        batch_op.create_index(batch_op.f("ix_events_cause"), ["cause"], unique=False)

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_hash"), ["hash"], unique=False)

    with op.batch_alter_table("vectors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("model", sa.String(length=64), nullable=True))

    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("a_id", sa.String(length=26), nullable=False),
        sa.Column("b_id", sa.String(length=26), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("bridges", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["a_id"], ["letters.id"], name=op.f("fk_decisions_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["letters.id"], name=op.f("fk_decisions_b_id")),
        sa.ForeignKeyConstraint(["act"], ["events.number"], name=op.f("fk_decisions_act")),
        sa.ForeignKeyConstraint(["bridges"], ["events.number"], name=op.f("fk_decisions_bridges")),
        sa.ForeignKeyConstraint(["undone_by"], ["events.number"], name=op.f("fk_decisions_undone_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_decisions")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        for column in ("a_id", "act", "b_id", "bridges", "undone_by"):
            batch_op.create_index(batch_op.f(f"ix_decisions_{column}"), [column], unique=False)


def downgrade() -> None:
    """Migrate back."""

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        for column in ("undone_by", "bridges", "b_id", "act", "a_id"):
            batch_op.drop_index(batch_op.f(f"ix_decisions_{column}"))

    op.drop_table("decisions")
    with op.batch_alter_table("vectors", schema=None) as batch_op:
        batch_op.drop_column("model")

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identities_hash"))

    with op.batch_alter_table("events", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_cause"))
        batch_op.drop_constraint(batch_op.f("fk_events_cause"), type_="foreignkey")
        batch_op.drop_column("cause")

    with op.batch_alter_table("changes", schema=None, table_kwargs=NUMBERED) as batch_op:
        batch_op.drop_column("kind")
