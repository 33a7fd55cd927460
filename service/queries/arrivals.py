"""Keeps count of the letters of each day while they come and change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from model.when import OFFICE_ZONE
from service.tables import daily_counts, letters

# By which a letter is counted.
_FACTS = ("received_at", "region", "category", "channel", "restricted")
CATEGORY, CHANNEL, REGION = "category", "channel", "region"
CATEGORY_OF_REGION, CHANNEL_OF_REGION = "category of region", "channel of region"


def day_of(received_at: str) -> str:
    """Return the day of the office's calendar on which a letter was received."""
    return datetime.fromisoformat(received_at).astimezone(OFFICE_ZONE).date().isoformat()


def count_arrivals(connection: Connection, rows: Iterable[Mapping[str, Any]], sign: int = 1) -> None:
    """Count letters that come, or with a sign of -1 that are no longer what they were."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counts.update(_places(row))
    # In one order, so that the same pages of the table are met one after the other.
    changes = [_row(place, sign * number) for place, number in sorted(counts.items())]
    if changes:
        connection.execute(_ADD[connection.dialect.name], changes)


@contextmanager
def recounted(connection: Connection, letter_id: str, values: Mapping[str, Any]) -> Iterator[None]:
    """Count a letter as what it becomes while these columns of it change."""
    if values.keys().isdisjoint(_FACTS):
        yield
        return
    facts = select(*(letters.c[name] for name in _FACTS)).where(letters.c.id == letter_id)
    count_arrivals(connection, [row._asdict() for row in connection.execute(facts)], sign=-1)
    yield
    count_arrivals(connection, [row._asdict() for row in connection.execute(facts)])


def _places(row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    day, region, restricted = day_of(row["received_at"]), row["region"], bool(row["restricted"])
    category, channel = row["category"] or "", row["channel"] or ""
    return [
        (CATEGORY, day, "", restricted, category),
        (CHANNEL, day, "", restricted, channel),
        (REGION, day, region, restricted, ""),
        (CATEGORY_OF_REGION, day, region, restricted, category),
        (CHANNEL_OF_REGION, day, region, restricted, channel),
    ]


def _row(place: tuple[Any, ...], number: int) -> dict[str, Any]:
    kind, day, region, restricted, value = place
    return {"kind": kind, "day": day, "region": region, "restricted": restricted, "value": value, "number": number}


def _adding(dialect: Any) -> Any:
    statement = dialect.insert(daily_counts)
    total = daily_counts.c.number + statement.excluded.number
    return statement.on_conflict_do_update(index_elements=list(daily_counts.primary_key), set_={"number": total})


# Both databases know this statement, each under its own roof.
_ADD = {"postgresql": _adding(postgresql), "sqlite": _adding(sqlite)}
