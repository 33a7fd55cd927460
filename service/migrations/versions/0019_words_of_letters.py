"""The words of letters, for searching.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward; the words of stored letters are filled in by `hongyan index rebuild`."""

    if op.get_bind().dialect.name == "sqlite":
        op.create_table(
            "letter_places",
            sa.Column("letter_id", sa.String(length=26), nullable=False),
            sa.Column("place", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_places_letter_id")),
            sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_places")),
            sa.UniqueConstraint("place", name=op.f("uq_letter_places_place")),
        )
        # Words come cut and clean: this tokenizer parts them at the spaces between them.
        op.execute("CREATE VIRTUAL TABLE letter_words USING fts5(words, parts, tokenize = 'ascii', columnsize = 0)")
        return
    op.create_table(
        "letter_words",
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("received_at", sa.String(length=40), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_words_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_words")),
    )
    # What is put in order must not be read together with all its words.
    op.execute("ALTER TABLE letter_words SET (toast_tuple_target = 128)")
    op.create_index(op.f("ix_letter_words_words"), "letter_words", ["words"], postgresql_using="gin")


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("letter_words")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("letter_places")
