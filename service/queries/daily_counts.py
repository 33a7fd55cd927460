"""Reads how many letters came on each day, as far as somebody may know of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select

from service.periods import midnight
from service.queries.arrivals import CATEGORY, CATEGORY_OF_REGION, CHANNEL, CHANNEL_OF_REGION, REGION, day_of
from service.queries.letters import Sight, accusing, between
from service.tables import daily_counts as counts
from service.tables import letters

By = Literal["category", "region", "channel"]
SIDES: tuple[By, ...] = ("category", "region", "channel")
_Counts = Counter[tuple[str, str]]
_Letters = Counter[tuple[str, ...]]
_EVERYWHERE = {"category": CATEGORY, "channel": CHANNEL, "region": REGION, None: CHANNEL}
_OF_REGIONS = {"category": CATEGORY_OF_REGION, "channel": CHANNEL_OF_REGION, "region": REGION, None: REGION}
_HOUR = "hour"
# So much of a stored time tells day and hour.
_HOURS = func.substr(letters.c.received_at, 1, 13).label(_HOUR)


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
    """Count for one caller; where the letters themselves are counted, those of a time are read once for all sides."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self.connection = connection
        self.sight = sight
        self._totals: dict[tuple[date, date], _Letters] = {}
        self._hours: dict[tuple[date, date], _Letters] = {}

    def learn(self, since: date, until: date) -> None:
        """Read letters of which both days and sides will be asked for, if they themselves are counted."""
        if self._counted:
            return
        found = _of_letters(self.connection, self.sight, since, until, (_HOUR, *SIDES))
        hours, totals = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for (hour, *sides), number in found.items():
            hours[hour,] += number
            totals[tuple(sides)] += number
        self._hours[since, until], self._totals[since, until] = hours, totals

    def between(self, since: date, until: date, by: By | None = None) -> list[DailyCount]:
        """Return what `daily_counts` returns."""
        found = self._counts(since, until, by, counts.c.day) if self._counted else self._days(since, until, by)
        return [
            DailyCount(date.fromisoformat(day), value or None, number)
            for (day, value), number in sorted(found.items())
            if number
        ]

    def totals(self, since: date, until: date, by: By) -> Counter[str | None]:
        """Return how many letters of each category, region or channel were received in a time; None stands for none."""
        found: Counter[str | None] = Counter()
        if self._counted:
            for (_, value), number in self._counts(since, until, by, literal("")).items():
                found[value or None] += number
            return +found
        if (since, until) not in self._totals:
            self._totals[since, until] = _of_letters(self.connection, self.sight, since, until, SIDES)
        for values, number in self._totals[since, until].items():
            found[values[SIDES.index(by)] or None] += number
        return found

    @property
    def _counted(self) -> bool:
        """Say whether there are counters for what the caller sees."""
        return self.sight.owner is None and self.sight.unit is None

    def _counts(self, since: date, until: date, by: By | None, day: ColumnElement[str]) -> _Counts:
        """Add up counters; the database adds those of all days that are written alike."""
        found = _of_counters(self.connection, self.sight, since, until, by, day)
        if self.sight.marks:
            hidden, seen = letters.c.matter_id.in_(accusing(self.sight.marks)), replace(self.sight, marks=frozenset())
            found.subtract(_by_day(_of_letters(self.connection, seen, since, until, _apart(by), hidden)))
        return found

    def _days(self, since: date, until: date, by: By | None) -> _Counts:
        if by is None and (since, until) in self._hours:
            return _by_day(self._hours[since, until])
        return _by_day(_of_letters(self.connection, self.sight, since, until, _apart(by)))


def _of_counters(
    connection: Connection, sight: Sight, since: date, until: date, by: By | None, day: ColumnElement[str]
) -> _Counts:
    value: ColumnElement[Any] = literal("") if by is None else counts.c.region if by == "region" else counts.c.value
    kind = (_OF_REGIONS if sight.regions else _EVERYWHERE)[by]
    conditions = [counts.c.kind == kind, *on_days(sight, since, until)]
    if sight.regions:
        conditions.append(or_(*(counts.c.region.startswith(region, autoescape=True) for region in sight.regions)))
    statement = select(day.label("at"), value.label("apart"), func.sum(counts.c.number).label("number"))
    rows = connection.execute(statement.where(*conditions).group_by("at", "apart"))
    return Counter({(row.at, row.apart): int(row.number) for row in rows})


def on_days(sight: Sight, since: date, until: date) -> list[ColumnElement[bool]]:
    """Return the conditions that counters are of days from `since` to before `until`, and of what somebody may see."""
    apart = [] if sight.restricted else [counts.c.restricted.is_(False)]
    return [*apart, counts.c.day >= since.isoformat(), counts.c.day < until.isoformat()]


def _of_letters(
    connection: Connection, sight: Sight, since: date, until: date, apart: Sequence[str], *conditions: Any
) -> _Letters:
    """Count the letters themselves, apart by columns or by the hour of the time in which they are stored."""
    named = [_HOURS if name == _HOUR else func.coalesce(letters.c[name], "").label(name) for name in apart]
    statement = (
        select(*named, func.count().label("number"))
        .where(sight.condition(), between(letters.c.received_at, midnight(since), midnight(until)), *conditions)
        .group_by(*(column.name for column in named))
    )
    return Counter({tuple(values): number for *values, number in connection.execute(statement)})


def _apart(by: By | None) -> tuple[str, ...]:
    return (_HOUR, by) if by else (_HOUR,)


def _by_day(found: _Letters) -> _Counts:
    """Add up the hours of each day of the office."""
    days: _Counts = Counter()
    for (hour, *value), number in found.items():
        days[day_of(f"{hour}:00+00:00"), value[0] if value else ""] += number
    return days
