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
_Counts = Counter[tuple[str, str]]
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
    if sight.owner is not None or sight.unit is not None:
        found = _of_letters(connection, sight, since, until, by)
    else:
        found = _of_counters(connection, sight, since, until, by)
        if sight.marks:
            hidden = letters.c.matter_id.in_(accusing(sight.marks))
            found.subtract(_of_letters(connection, replace(sight, marks=frozenset()), since, until, by, hidden))
    return [
        DailyCount(date.fromisoformat(day), value or None, number)
        for (day, value), number in sorted(found.items())
        if number
    ]


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
    connection: Connection, sight: Sight, since: date, until: date, by: By | None, *conditions: ColumnElement[bool]
) -> _Counts:
    """Count the letters themselves, hour by hour of the time in which they are stored."""
    begin, end = (moment(datetime.combine(day, time(), OFFICE_ZONE)) for day in (since, until))
    value: ColumnElement[Any] = literal("") if by is None else func.coalesce(letters.c[by], "")
    hour = func.substr(letters.c.received_at, 1, _HOUR).label("hour")
    statement = (
        select(hour, value.label("apart"), func.count().label("number"))
        .where(sight.condition(), letters.c.received_at >= begin, letters.c.received_at < end, *conditions)
        .group_by("hour", "apart")
    )
    found: _Counts = Counter()
    for row in connection.execute(statement):
        found[day_of(f"{row.hour}:00+00:00"), row.apart] += row.number
    return found
