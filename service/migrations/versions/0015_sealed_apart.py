"""Personal data sealed in a table of their own; keys that rotate.

What was sealed before moves as it is, without a key's name: `hongyan keys mask` masks these texts. Going back keeps
what is masked masked.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    op.create_table(
        "sealed",
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_sealed_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_sealed")),
    )
    op.create_index(op.f("ix_sealed_key"), "sealed", ["key"])
    op.create_table(
        "keys_in_use",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_keys_in_use")),
    )
    op.add_column("identities", sa.Column("next_hash", sa.String(length=64), nullable=True))
    op.execute(
        "INSERT INTO sealed (letter_id, key, content) SELECT id, '', people FROM letters WHERE people IS NOT NULL"
    )
    op.drop_column("letters", "people")
    op.add_column("import_pieces", sa.Column("key", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Migrate back."""

    op.drop_column("import_pieces", "key")
    op.add_column("letters", sa.Column("people", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE letters SET people = (SELECT content FROM sealed WHERE sealed.letter_id = letters.id)")
    op.drop_column("identities", "next_hash")
    op.drop_table("keys_in_use")
    op.drop_table("sealed")
