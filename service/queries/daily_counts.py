"""Reads how many letters came on each day, as far as somebody may know of them."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select

from model.when import OFFICE_ZONE
from service.queries.arrivals import CATEGORY, CATEGORY_OF_REGION, CHANNEL, CHANNEL_OF_REGION, REGION, day_of
from service.queries.letters import Sight, accusing, moment
from service.tables import daily_counts as counts
from service.tables import letters

By = Literal["category", "region", "channel"]
SIDES: tuple[By, ...] = ("category", "region", "channel")
_Counts = Counter[tuple[str, str]]
# By day and each side.
_Letters = Counter[tuple[str, ...]]
_EVERYWHERE = {"category": CATEGORY, "channel": CHANNEL, "region": REGION, None: CHANNEL}
_OF_REGIONS = {"category": CATEGORY_OF_REGION, "channel": CHANNEL_OF_REGION, "region": REGION, None: REGION}
# So much of a stored time tells day and hour.
_HOUR = 13


@dataclass(frozen=True, slots=True)
class DailyCount:
    """How many letters were received on a day; `value` is their category, region or channel, None for none."""

    day: date
    value: str | None
    letters: int


def daily_counts(
    connection: Connection, sight: Sight, since: date, until: date, by: By | None = None
) -> list[DailyCount]:
    """Return how many of the letters that somebody may see were received on each day from `since` to before `until`.

    Days are those of the office's calendar; `by` also counts them apart by category, region or channel. In the order of
    days and values; what no letter has is left out.
    """
    return DailyCounts(connection, sight).between(since, until, by)


class DailyCounts:
    """Count for one caller; where the letters themselves are counted, those of a time are read once."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self.connection = connection
        self.sight = sight
        self._read: dict[tuple[date, date], _Letters] = {}

    def between(self, since: date, until: date, by: By | None = None) -> list[DailyCount]:
        """Return what `daily_counts` returns."""
        if self.sight.owner is not None or self.sight.unit is not None:
            found = _apart(self._letters(since, until), by)
        else:
            found = _of_counters(self.connection, self.sight, since, until, by)
            if self.sight.marks:
                hidden, seen = (
                    letters.c.matter_id.in_(accusing(self.sight.marks)),
                    replace(self.sight, marks=frozenset()),
                )
                found.subtract(_apart(_of_letters(self.connection, seen, since, until, hidden), by))
        return [
            DailyCount(date.fromisoformat(day), value or None, number)
            for (day, value), number in sorted(found.items())
            if number
        ]

    def _letters(self, since: date, until: date) -> _Letters:
        """Return the letters of a time, out of a longer one if that was read."""
        for (first, after), known in self._read.items():
            if first <= since and until <= after:
                return Counter({key: n for key, n in known.items() if since.isoformat() <= key[0] < until.isoformat()})
        read = self._read[since, until] = _of_letters(self.connection, self.sight, since, until)
        return read


def _of_counters(connection: Connection, sight: Sight, since: date, until: date, by: By | None) -> _Counts:
    value: ColumnElement[Any] = literal("") if by is None else counts.c.region if by == "region" else counts.c.value
    kind = (_OF_REGIONS if sight.regions else _EVERYWHERE)[by]
    conditions = [counts.c.kind == kind, counts.c.day >= since.isoformat(), counts.c.day < until.isoformat()]
    if not sight.restricted:
        conditions.append(counts.c.restricted.is_(False))
    if sight.regions:
        conditions.append(or_(*(counts.c.region.startswith(region, autoescape=True) for region in sight.regions)))
    statement = select(counts.c.day, value.label("apart"), func.sum(counts.c.number).label("number"))
    rows = connection.execute(statement.where(*conditions).group_by("day", "apart"))
    return Counter({(row.day, row.apart): int(row.number) for row in rows})


def _of_letters(
    connection: Connection, sight: Sight, since: date, until: date, *conditions: ColumnElement[bool]
) -> _Letters:
    """Count the letters themselves, hour by hour of the time in which they are stored."""
    begin, end = (moment(datetime.combine(day, time(), OFFICE_ZONE)) for day in (since, until))
    sides = [func.coalesce(letters.c[side], "").label(side) for side in SIDES]
    hour = func.substr(letters.c.received_at, 1, _HOUR).label("hour")
    statement = (
        select(hour, *sides, func.count().label("number"))
        .where(sight.condition(), letters.c.received_at >= begin, letters.c.received_at < end, *conditions)
        .group_by("hour", *SIDES)
    )
    found: _Letters = Counter()
    for at, *values, number in connection.execute(statement):
        found[day_of(f"{at}:00+00:00"), *values] += number
    return found


def _apart(found: _Letters, by: By | None) -> _Counts:
    """Count by day and one side alone."""
    counts: _Counts = Counter()
    for (day, *values), number in found.items():
        counts[day, values[SIDES.index(by)] if by else ""] += number
    return counts
