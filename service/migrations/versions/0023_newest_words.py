"""An index from which the newest letters are searched first, in PostgreSQL; SQLite has the words in that order.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migrate forward."""

    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_letter_words_newest", "letter_words", ["received_at", "letter_id"])


def downgrade() -> None:
    """Migrate back."""

    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_letter_words_newest", table_name="letter_words")
