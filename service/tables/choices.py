"""The tables of what an office chooses for itself."""

from sqlalchemy import JSON, Column, Float, Integer, String, Table

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

# Units that matters are routed to: the regions and categories that each handles, none meaning all.
units = Table(
    "units",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("regions", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
)

# What the office changed of the categories: classes that it added below a category, other names for classes and
# categories, and old classes that others stand for. A model that is trained with the classes brings them itself.
classes = Table(
    "classes",
    metadata,
    Column("code", String(200), primary_key=True),
    Column("category", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("definition", String(1000), nullable=False),
    Column("replaced_by", String(200)),
)
