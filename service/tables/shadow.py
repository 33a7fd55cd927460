"""What a model in the shadow says otherwise."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from service.tables.base import MOMENT, metadata
from service.tables.letters import letters

# How often a model in the shadow of another one agreed with it, on accusations and on all other letters apart.
shadow_counts = Table(
    "shadow_counts",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("against", String(64), primary_key=True),
    Column("restricted", Boolean, primary_key=True),
    Column("field", String(10), primary_key=True),
    Column("agreed", Integer, nullable=False),
    Column("differed", Integer, nullable=False),
)

# Where a model in the shadow disagreed with the active one; what both agree on is only counted.
disagreements = Table(
    "disagreements",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("letter_id", String(26), ForeignKey(letters.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("model", String(64), nullable=False),
    Column("against", String(64), nullable=False),
    Column("field", String(10), nullable=False),
    Column("active", String(200), nullable=False),
    Column("candidate", String(200), nullable=False),
    Index(None, "model", "number"),
    sqlite_autoincrement=True,
)
