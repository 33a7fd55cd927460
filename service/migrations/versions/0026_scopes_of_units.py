"""Keys of units at letters and in their indexes, and where the letters of matters that are due or flagged belong.

Revision ID: 0026
Revises: 0025
"""

from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NEWEST = ("received_at", "id", "restricted")
LISTED = (*NEWEST, "category", "channel", "review", "needs_review", "visit_level", "verdict")
QUEUE = ("review", "needs_review", *NEWEST)
PLACE = ("region", "addressee_key", "unit_key")
BEFORE = {
    "ix_letters_newest": (*LISTED, "region", "matter_id"),
    "ix_letters_queue": (*QUEUE, "region", "matter_id"),
    "ix_letters_matter": ("matter_id", *NEWEST, "region"),
    "ix_letters_addressee": ("addressee", *NEWEST),
}
AFTER = {
    "ix_letters_newest": (*NEWEST, "category", "class_code", *LISTED[4:], *PLACE, "matter_id"),
    "ix_letters_queue": (*QUEUE, *PLACE, "matter_id"),
    "ix_letters_matter": ("matter_id", *NEWEST, *PLACE),
    "ix_letters_addressee": ("addressee_key", *NEWEST),
    "ix_letters_unit": ("unit_key", *NEWEST),
    "ix_letters_scope": ("id", "restricted", *PLACE, "matter_id"),
}
KEYS = ("addressee_key", "unit_key")
DUE = ("due_at", "matter_id", "clock", "restricted", *PLACE)
FLAGGED = ("points", "matter_id", "restricted", *PLACE, "level")


def upgrade() -> None:
    """Migrate forward."""

    op.add_column("matters", _key("unit_key"))
    op.add_column("letters", _text("class_code", 200))
    for name in KEYS:
        op.add_column("letters", _key(name))
    # Rows that change are written into every index there is: the wide ones are made anew anyway.
    for name in ("ix_letters_newest", "ix_letters_queue"):
        op.drop_index(name, table_name="letters")
    _fill_keys()
    _fill_classes()
    for name in ("ix_letters_matter", "ix_letters_addressee"):
        op.drop_index(name, table_name="letters")
    for name, columns in AFTER.items():
        op.create_index(name, "letters", list(columns))
    _create_scopes(
        "deadline_scopes",
        sa.Column("due_at", sa.String(length=40), nullable=False),
        sa.Column("clock", sa.String(length=20), nullable=False),
    )
    _create_scopes(
        "flag_scopes",
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
    )
    _fill_scopes()
    op.create_index("ix_deadline_scopes_first", "deadline_scopes", list(DUE))
    _index_regions("deadline_scopes", DUE)
    _index_regions("flag_scopes", FLAGGED)


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("flag_scopes")
    op.drop_table("deadline_scopes")
    for name in AFTER:
        op.drop_index(name, table_name="letters")
    for name in ("class_code", *KEYS):
        op.drop_column("letters", name)
    op.drop_column("matters", "unit_key")
    for name, columns in BEFORE.items():
        op.create_index(name, "letters", list(columns))


def _key_of(unit: str) -> str:
    return blake2b(unit.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if unit else ""


def _text(name: str, length: int, **options: Any) -> sa.Column[str]:
    # In the order of bytes at once: to change it later would make every index of the letters anew.
    collation = "C" if op.get_bind().dialect.name == "postgresql" else None
    return sa.Column(name, sa.String(length=length, collation=collation), **options)


def _key(name: str) -> sa.Column[str]:
    return _text(name, 16, nullable=False, server_default=sa.text("''"))


def _create_scopes(table: str, *facts: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("matter_id", sa.String(length=26), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("region", sa.String(length=500), nullable=False),
        sa.Column("addressee_key", sa.String(length=16), nullable=False),
        sa.Column("unit_key", sa.String(length=16), nullable=False),
        *facts,
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f(f"fk_{table}_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", "restricted", *PLACE, name=op.f(f"pk_{table}")),
    )


def _index_regions(table: str, columns: tuple[str, ...]) -> None:
    by_region = ["region", *(name for name in columns if name != "region")]
    op.create_index(f"ix_{table}_region", table, by_region, postgresql_ops={"region": "text_pattern_ops"})


def _fill_keys() -> None:
    """Give letters and matters the keys of the units that they name, unit by unit."""
    connection = op.get_bind()
    for (name,) in connection.execute(sa.text("SELECT DISTINCT addressee FROM letters")).all():
        values = {"name": name, "key": _key_of(name)}
        connection.execute(sa.text("UPDATE letters SET addressee_key = :key WHERE addressee = :name"), values)
    for (name,) in connection.execute(sa.text("SELECT DISTINCT unit FROM matters WHERE unit IS NOT NULL")).all():
        values = {"name": name, "key": _key_of(name)}
        connection.execute(sa.text("UPDATE matters SET unit_key = :key WHERE unit = :name"), values)
        of_unit = "matter_id IN (SELECT id FROM matters WHERE unit = :name)"
        connection.execute(sa.text(f"UPDATE letters SET unit_key = :key WHERE {of_unit}"), values)  # noqa: S608 - our own


def _fill_classes() -> None:
    """Write down of each letter the class below its category, which stands in its analysis."""
    analysis = sa.column("analysis", sa.JSON)
    below = analysis[("category", "level2", "code")].as_string()
    op.execute(sa.update(sa.table("letters", sa.column("class_code"), analysis)).values(class_code=below))


def _fill_scopes() -> None:
    """Say where the letters belong of each matter in which something is due, at its first deadline, or flagged."""
    earlier = "SELECT 1 FROM deadlines AS other WHERE other.matter_id = one.matter_id AND "
    earlier += "(other.due_at < one.due_at OR (other.due_at = one.due_at AND other.clock < one.clock))"
    _fill("deadline_scopes", "deadlines", ("due_at", "clock"), f"WHERE NOT EXISTS ({earlier})")
    _fill("flag_scopes", "flags", ("level", "points"), "")


def _fill(table: str, source: str, facts: tuple[str, ...], where: str) -> None:
    place = ("restricted", *PLACE)
    columns = [*(f"one.{name}" for name in ("matter_id", *facts)), *(f"letters.{name}" for name in place)]
    op.execute(
        f"INSERT INTO {table} ({', '.join(('matter_id', *facts, *place))}) "  # noqa: S608 - our own
        f"SELECT DISTINCT {', '.join(columns)} "
        f"FROM {source} AS one JOIN letters ON letters.matter_id = one.matter_id {where}"
    )
