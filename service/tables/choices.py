"""The tables of what an office chooses for itself."""

from sqlalchemy import Column, Float, Integer, String, Table

from service.tables.base import MOMENT, metadata

# From where on letters need no review and are joined; the newest row holds. Rows are only added: one that takes back
# another one names it, and holds what held before it. Without a precision it is that which the model was trained for.
thresholds = Table(
    "thresholds",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("precision", Float),
    Column("join_from", Float, nullable=False),
    Column("reason", String(500)),
    Column("undoes", Integer),
    sqlite_autoincrement=True,
)
