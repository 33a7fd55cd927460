"""The tables of matters, of what is due in them and of their flags."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)
from sqlalchemy.schema import SchemaItem

from service.scope_keys import LENGTH
from service.tables.base import MOMENT, metadata

EMPTY = text("''")
# By these somebody may see but a part of the office.
PLACE = ("region", "addressee_key", "unit_key")

matters = Table(
    "matters",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("created_at", String(MOMENT), nullable=False),
    Column("restricted", Boolean, nullable=False),
    # Grows with every change of the matter, its letters or what they are linked to.
    Column("revision", Integer, nullable=False, server_default="1"),
    # The unit that the matter was routed to last.
    Column("unit", String(500), index=True),
    Column("unit_key", String(LENGTH), nullable=False, server_default=EMPTY),
    # The number that a matter was registered under. Accusations count apart, so that no gap tells of them.
    Column("registered_year", Integer),
    Column("registered_number", Integer),
    Index(None, "registered_year", "restricted", "registered_number", unique=True),
)


def _by_place(name: str, *described: SchemaItem) -> Table:
    """Describe a table with one row for each different place of the letters of a matter."""
    return Table(
        name,
        metadata,
        Column("matter_id", String(26), ForeignKey(matters.c.id), primary_key=True),
        Column("restricted", Boolean, primary_key=True),
        Column("region", String(500), primary_key=True),
        Column("addressee_key", String(LENGTH), primary_key=True),
        Column("unit_key", String(LENGTH), primary_key=True),
        *described,
    )


# When the duties that are owed in a matter are due, one row each, kept up with every change of the matter.
deadlines = Table(
    "deadlines",
    metadata,
    Column("matter_id", String(26), ForeignKey("matters.id"), primary_key=True),
    Column("clock", String(20), primary_key=True),
    Column("due_at", String(MOMENT), nullable=False),
    Index(None, "due_at", "matter_id"),
    Index(None, "clock", "due_at", "matter_id"),
)

# Where the letters of a matter in which something is owed belong, with its first duty: one row for each different
# place. So what is due in a scope is found without a look at the letters. Kept up with `deadlines`.
deadline_scopes = _by_place(
    "deadline_scopes",
    Column("due_at", String(MOMENT), nullable=False),
    Column("clock", String(20), nullable=False),
    Index(
        "ix_deadline_scopes_first",
        *("due_at", "matter_id", "clock", "restricted", *PLACE),
    ),
    Index(
        "ix_deadline_scopes_region",
        *("region", "due_at", "matter_id", "clock", "restricted", "addressee_key", "unit_key"),
        postgresql_ops={"region": "text_pattern_ops"},
    ),
)

# The flag of each matter as it was last worked out, and when it must be worked out again because time alone changes it.
flags = Table(
    "flags",
    metadata,
    Column("matter_id", String(26), ForeignKey(matters.c.id), primary_key=True),
    Column("level", String(10), nullable=False),
    Column("points", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("at", String(MOMENT), nullable=False),
    Column("due_at", String(MOMENT), index=True),
)

# Where the letters of a flagged matter belong, with level and points of its flag, as `deadline_scopes`.
flag_scopes = _by_place(
    "flag_scopes",
    Column("level", String(10), nullable=False),
    Column("points", Integer, nullable=False),
    Index("ix_flag_scopes_points", "points", "matter_id", "restricted", *PLACE, "level"),
    Index(
        "ix_flag_scopes_region",
        *("region", "points", "matter_id", "restricted", "addressee_key", "unit_key", "level"),
        postgresql_ops={"region": "text_pattern_ops"},
    ),
)
