"""Counters of what became of the letters of each day, and indexes of flags by their points and of accusations.

Revision ID: 0028
Revises: 0027
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PIECE = 1000
REVIEWS = ("pending", "accepted", "corrected")
KINDS = ("verdict", *REVIEWS, "again")
NAMES = ("kind", "day", "region", "restricted", "value", "number")
FLAGGED = ("points", "matter_id", "restricted", "region", "addressee_key", "unit_key", "level")
ACCUSATIONS = (
    *("review", "needs_review", "received_at", "id"),
    *("region", "addressee_key", "unit_key", "matter_id"),
)
TEXTS = ("id", "received_at", "category", "verdict", "review", "matter_id")
letters = sa.table("letters", sa.column("restricted", sa.Boolean), *(sa.column(name, sa.String) for name in TEXTS))
counts = sa.table(
    "daily_counts",
    sa.column("restricted", sa.Boolean),
    sa.column("number", sa.Integer),
    *(sa.column(name, sa.String) for name in ("kind", "day", "region", "value")),
)


def upgrade() -> None:
    """Migrate forward."""

    connection = op.get_bind()
    found = _outcomes(connection) + _followers(connection)
    rows = [dict(zip(NAMES, (*place, number), strict=True)) for place, number in sorted(found.items())]
    for start in range(0, len(rows), PIECE):
        op.bulk_insert(counts, rows[start : start + PIECE])
    op.create_index("ix_flag_scopes_points", "flag_scopes", list(FLAGGED))
    op.create_index(
        "ix_letters_restricted",
        "letters",
        list(ACCUSATIONS),
        postgresql_where=sa.text("restricted"),
        sqlite_where=sa.text("restricted = 1"),
    )


def downgrade() -> None:
    """Migrate back."""

    op.drop_index("ix_letters_restricted", table_name="letters")
    op.drop_index("ix_flag_scopes_points", table_name="flag_scopes")
    op.execute(sa.delete(counts).where(counts.c.kind.in_(KINDS)))


def _outcomes(connection: sa.Connection) -> Counter[tuple[Any, ...]]:
    """Count letters by verdict, and by review and category."""
    columns = (letters.c[name] for name in ("restricted", "verdict", "review", "category"))
    named: list[Any] = [_hour(letters.c.received_at), *columns]
    statement: sa.Select[Any] = sa.select(*named, sa.func.count()).group_by(*named)
    found: Counter[tuple[Any, ...]] = Counter()
    for hour, restricted, verdict, review, category, number in connection.execute(statement):
        found["verdict", _day(hour), "", bool(restricted), verdict] += number
        found[review, _day(hour), "", bool(restricted), category or ""] += number
    return found


def _followers(connection: sa.Connection) -> Counter[tuple[Any, ...]]:
    """Count letters but the first of each matter by their day and that of the letter before."""
    before = sa.func.lag(letters.c.received_at).over(
        partition_by=letters.c.matter_id, order_by=(letters.c.received_at, letters.c.id)
    )
    inner = sa.select(letters.c.received_at, letters.c.restricted, before.label("before")).subquery()
    named = (_hour(inner.c.received_at), inner.c.restricted, _hour(inner.c.before))
    statement = sa.select(*named, sa.func.count()).where(inner.c.before.is_not(None)).group_by(*named)
    found: Counter[tuple[Any, ...]] = Counter()
    for hour, restricted, earlier, number in connection.execute(statement):
        found["again", _day(hour), "", bool(restricted), _day(earlier)] += number
    return found


def _hour(at: Any) -> Any:
    # Written into the statement: PostgreSQL takes two parameters for two different expressions.
    return sa.func.substr(at, sa.literal_column("1"), sa.literal_column("13"))


def _day(hour: str) -> str:
    """Return the day in Asia/Shanghai of an hour in UTC; what is no hour stays as it is."""
    if len(hour) < 13:
        return hour[:10]
    return (datetime.fromisoformat(f"{hour}:00+00:00") + timedelta(hours=8)).date().isoformat()
