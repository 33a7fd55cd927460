"""Periods of reports: a year, month, week or day of the office, and the periods that each is compared with."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from model.when import EARLIEST, LATEST, OFFICE_ZONE

Kind = Literal["year", "month", "week", "day", "days"]
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]"
PATTERN = rf"^([0-9]{{4}}(-(0[1-9]|1[0-2])(-[0-3][0-9])?|-W[0-5][0-9])?|{_DAY}/{_DAY})$"
LONGEST_NAME = len("2026-03-01/2026-03-30")
MOST_DAYS = 366
WEEK = timedelta(days=7)
# The same days of the week a year ago.
YEAR_OF_WEEKS = 52 * WEEK


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the office from `first` to before `after`."""

    kind: Kind
    first: date
    after: date

    @property
    def name(self) -> str:
        """Return how callers write it: 2026, 2026-03, 2026-W10, 2026-03-05 or 2026-03-01/2026-03-30."""
        if self.kind == "days":
            return f"{self.first}/{self.after - timedelta(days=1)}"
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        return self.first.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.kind]]

    @property
    def since(self) -> datetime:
        """Return the midnight of the office at which it begins."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """Return the midnight of the office before which it ends."""
        return midnight(self.after)

    @property
    def days(self) -> list[date]:
        """Return its days."""
        return [self.first + timedelta(days=number) for number in range((self.after - self.first).days)]

    def within(self, other: "Period") -> "Period":
        """Return what of it lies within another period; nothing of it may."""
        first, after = max(self.first, other.first), min(self.after, other.after)
        return self if (first, after) == (self.first, self.after) else Period("days", first, max(first, after))

    @property
    def months(self) -> list["Period"]:
        """Return the months in which its days lie."""
        return [_around("month", first) for first in dict.fromkeys(day.replace(day=1) for day in self.days)]

    @property
    def previous(self) -> "Period":
        """Return the period of the same kind before it; before some days, as many."""
        if self.kind == "days":
            return Period("days", self.first - (self.after - self.first), self.first)
        return _around(self.kind, self.first - timedelta(days=1))

    @property
    def year_before(self) -> "Period":
        """Return the same period of the year before: of 29 February the 28th, of a week or some days 52 weeks ago."""
        if self.kind in ("week", "days"):
            return Period(self.kind, self.first - YEAR_OF_WEEKS, self.after - YEAR_OF_WEEKS)
        return _around(self.kind, _year_before(self.first))

    def same_day(self, day: date) -> date | None:
        """Return the day of the year before that a day of the period is compared with; of 29 February there is none."""
        if self.kind in ("week", "days"):
            return day - YEAR_OF_WEEKS
        same = _year_before(day)
        return same if same.day == day.day else None


def midnight(day: date) -> datetime:
    """Return when a day of the office begins."""
    return datetime.combine(day, time.min, OFFICE_ZONE)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))


def period_of(name: str) -> Period:
    """Return the period that a name means; raises ValueError if there is none such."""
    if not re.match(PATTERN, name):
        raise ValueError("is no period; write 2026, 2026-03, 2026-W10, 2026-03-05 or 2026-03-01/2026-03-30")
    if not EARLIEST < int(name[:4]) < LATEST:
        raise ValueError(f"is not between {EARLIEST} and {LATEST}")
    if "/" in name:
        return _days(*(date.fromisoformat(day) for day in name.split("/")))
    if "W" in name:
        return _around("week", date.fromisocalendar(int(name[:4]), int(name[6:]), 1))
    return _around({4: "year", 7: "month", 10: "day"}[len(name)], date.fromisoformat(f"{name}-01-01"[:10]))  # type: ignore[arg-type]


def last_days(moment: datetime, days: int) -> Period:
    """Return so many days of the office, of which the last is the one in which a moment lies."""
    after = moment.astimezone(OFFICE_ZONE).date() + timedelta(days=1)
    return Period("days", after - timedelta(days=days), after)


def _days(first: date, last: date) -> Period:
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS) or last.year >= LATEST:
        raise ValueError(f"does not end within {MOST_DAYS} days after it begins")
    return Period("days", first, last + timedelta(days=1))


def month_of(moment: datetime) -> Period:
    """Return the month of the office in which a moment lies."""
    return _around("month", moment.astimezone(OFFICE_ZONE).date())


def _around(kind: Kind, day: date) -> Period:
    """Return the period of a kind in which a day lies."""
    if kind == "day":
        return Period(kind, day, day + timedelta(days=1))
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + WEEK)
    if kind == "month":
        first = day.replace(day=1)
        return Period(kind, first, first + timedelta(days=monthrange(day.year, day.month)[1]))
    return Period(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))
