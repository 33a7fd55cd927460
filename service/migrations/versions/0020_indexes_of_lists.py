"""Indexes from which lists of letters are read.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NEWEST = ("received_at", "id", "restricted")
QUEUE = ("review", "needs_review")
INDEXES = {
    "ix_letters_newest": ("received_at", "id", "restricted", "category", "channel", *QUEUE, "visit_level"),
    "ix_letters_category": ("category", *NEWEST),
    "ix_letters_queue": (*QUEUE, *NEWEST),
    "ix_letters_visit_level": ("visit_level", *NEWEST),
    "ix_letters_region": ("region", *NEWEST),
    "ix_letters_addressee": ("addressee", *NEWEST),
    "ix_letters_matter": ("matter_id", *NEWEST),
}
BEFORE = {"ix_letters_received_at_id": ["received_at", "id"], "ix_letters_matter_id": ["matter_id"]}


def upgrade() -> None:
    """Migrate forward."""

    for name, columns in INDEXES.items():
        special = {"region": "text_pattern_ops"} if name == "ix_letters_region" else {}
        op.create_index(name, "letters", list(columns), postgresql_ops=special)
    for name in BEFORE:
        op.drop_index(name, table_name="letters")


def downgrade() -> None:
    """Migrate back."""

    for name, columns in BEFORE.items():
        op.create_index(name, "letters", columns)
    for name in INDEXES:
        op.drop_index(name, table_name="letters")
