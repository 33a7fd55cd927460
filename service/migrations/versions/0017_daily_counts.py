"""Counters of the letters of each day, and what stored letters add up to.

Revision ID: 0017
Revises: 0016
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PIECE = 1000
FACTS = ("region", "restricted", "category", "channel")
letters = sa.table(
    "letters",
    sa.column("received_at", sa.String),
    sa.column("region", sa.String),
    sa.column("restricted", sa.Boolean),
    sa.column("category", sa.String),
    sa.column("channel", sa.String),
)


def upgrade() -> None:
    """Migrate forward."""

    counts = op.create_table(
        "daily_counts",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=500), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", "region", "restricted", "value", name=op.f("pk_daily_counts")),
    )
    names = ("kind", "day", "region", "restricted", "value")
    for of_day in _days(op.get_bind()):
        rows = [{**dict(zip(names, place)), "number": number} for place, number in sorted(of_day.items())]
        for start in range(0, len(rows), PIECE):
            op.bulk_insert(counts, rows[start : start + PIECE])


def downgrade() -> None:
    """Migrate back."""

    op.drop_table("daily_counts")


def _days(connection: sa.Connection) -> Iterator[Counter[tuple[Any, ...]]]:
    """Yield the counts of each day of the office, in the order of days."""
    hour = sa.func.substr(letters.c.received_at, 1, 13).label("hour")
    columns = [letters.c[name] for name in FACTS]
    statement = sa.select(hour, *columns, sa.func.count().label("number")).group_by("hour", *columns).order_by("hour")
    for day, rows in groupby(connection.execute(statement).all(), key=lambda row: _day(row.hour)):
        counts: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            region, restricted = row.region, bool(row.restricted)
            category, channel = row.category or "", row.channel or ""
            for place in (
                ("category", day, "", restricted, category),
                ("channel", day, "", restricted, channel),
                ("region", day, region, restricted, ""),
                ("category of region", day, region, restricted, category),
                ("channel of region", day, region, restricted, channel),
            ):
                counts[place] += row.number
        yield counts


def _day(hour: str) -> str:
    """Return the day in Asia/Shanghai of an hour in UTC; what is no hour stays as it is."""
    if len(hour) < 13:
        return hour[:10]
    return (datetime.fromisoformat(f"{hour}:00+00:00") + timedelta(hours=8)).date().isoformat()
