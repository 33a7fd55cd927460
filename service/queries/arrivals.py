"""Keeps count of the letters of each day while they come and change."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from model.when import OFFICE_ZONE
from service.queries.among import among
from service.tables import daily_counts, letters

CATEGORY, CHANNEL, REGION, VERDICT = "category", "channel", "region", "verdict"
CATEGORY_OF_REGION, CHANNEL_OF_REGION = "category of region", "channel of region"
# By the day of the letter before it in its matter: so many matters less than letters a time has.
AGAIN = "again"
# By which a letter is counted.
_FACTS = frozenset(("received_at", "region", "category", "channel", "restricted", "verdict", "review"))
# By which letters of a matter are in order, and stand in it.
_ORDER = frozenset(("matter_id", "received_at", "restricted"))
_Counts = Counter[tuple[Any, ...]]


def day_of(received_at: str) -> str:
    """Return the day of the office's calendar on which a letter was received."""
    return datetime.fromisoformat(received_at).astimezone(OFFICE_ZONE).date().isoformat()


def count_arrivals(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Count letters that come."""
    _add(connection, Counter(place for row in rows for place in _places(row)))


def count_followers(connection: Connection, letter_ids: Collection[str], matter_ids: Collection[str]) -> None:
    """Count how letters that came follow others in their matters, and others follow them."""
    held = _in_order(connection, matter_ids)
    found = Counter(_followers(held))
    found.subtract(Counter(_followers(row for row in held if row.id not in letter_ids)))
    _add(connection, found)


@contextmanager
def recounted(
    connection: Connection, letter_ids: Collection[str], changing: Collection[str], joined: Collection[str] = ()
) -> Iterator[None]:
    """Count letters as what they become while these columns of them change, and their matters with those joined."""
    counted = letter_ids if not _FACTS.isdisjoint(changing) else ()
    matter_ids = set(joined)
    if not _ORDER.isdisjoint(changing):
        held = select(letters.c.matter_id).where(among(letters.c.id, letter_ids))
        matter_ids.update(connection.execute(held).scalars() if letter_ids else ())
    before = _standing(connection, counted, matter_ids)
    yield
    after = _standing(connection, counted, matter_ids)
    after.subtract(before)
    _add(connection, after)


def _standing(connection: Connection, letter_ids: Collection[str], matter_ids: Collection[str]) -> _Counts:
    """Return how letters are counted as they stand, and how those of matters follow each other."""
    found: _Counts = Counter()
    if letter_ids:
        facts = select(*(letters.c[name] for name in sorted(_FACTS))).where(among(letters.c.id, letter_ids))
        found.update(place for row in connection.execute(facts) for place in _places(row._asdict()))
    found.update(_followers(_in_order(connection, matter_ids)))
    return found


def _in_order(connection: Connection, matter_ids: Collection[str]) -> list[Row[Any]]:
    """Return the letters of matters, one matter after the other."""
    order = (letters.c.matter_id, letters.c.received_at, letters.c.id)
    held = select(*order, letters.c.restricted).where(among(letters.c.matter_id, matter_ids)).order_by(*order)
    return list(connection.execute(held)) if matter_ids else []


def _followers(held: Iterable[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield how each letter is counted that has another one before it in its matter."""
    for before, one in pairwise(held):
        if before.matter_id == one.matter_id:
            yield AGAIN, day_of(one.received_at), "", bool(one.restricted), day_of(before.received_at)


def _add(connection: Connection, counts: _Counts) -> None:
    # In one order, so that the same pages of the table are met one after the other.
    changes = [_row(place, number) for place, number in sorted(counts.items()) if number]
    if changes:
        connection.execute(_ADD[connection.dialect.name], changes)


def _places(row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    day, region, restricted = day_of(row["received_at"]), row["region"], bool(row["restricted"])
    category, channel = row["category"] or "", row["channel"] or ""
    return [
        (CATEGORY, day, "", restricted, category),
        (CHANNEL, day, "", restricted, channel),
        (REGION, day, region, restricted, ""),
        (CATEGORY_OF_REGION, day, region, restricted, category),
        (CHANNEL_OF_REGION, day, region, restricted, channel),
        (VERDICT, day, "", restricted, row["verdict"]),
        (row["review"], day, "", restricted, category),
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
