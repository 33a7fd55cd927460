"""Regions in the indexes of letters, so that lists and figures of a scope are read from them alone.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NEWEST = ("received_at", "id", "restricted")
QUEUE = ("review", "needs_review")
SCOPE = ("region", "matter_id")
BEFORE = {
    "ix_letters_newest": (*NEWEST, "category", "channel", *QUEUE, "visit_level"),
    "ix_letters_queue": (*QUEUE, *NEWEST),
    "ix_letters_matter": ("matter_id", *NEWEST),
}
AFTER = {
    "ix_letters_newest": (*BEFORE["ix_letters_newest"], "verdict", *SCOPE),
    "ix_letters_queue": (*BEFORE["ix_letters_queue"], *SCOPE),
    "ix_letters_matter": (*BEFORE["ix_letters_matter"], "region"),
}


def upgrade() -> None:
    """Migrate forward."""

    _put(AFTER)


def downgrade() -> None:
    """Migrate back."""

    _put(BEFORE)


def _put(indexes: dict[str, tuple[str, ...]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(name, table_name="letters")
        op.create_index(name, "letters", list(columns))
