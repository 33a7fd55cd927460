"""Counts of letters, visits and people, gathered from rows of a database; pure functions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from model.when import OFFICE_ZONE

REPEAT = "repeat"
# How many letters of a category stand in a state of review.
Reviews = Counter[tuple[str | None, str]]
SIDES = (None, "category", "class_code", "region", "channel")


@dataclass(slots=True)
class Counts:
    """What is counted of some letters: three counts that are never mixed, and the repeats among the letters.

    `came` are the visits: a matter of which people came on a day, together or one by one, counts once.
    """

    letters: int = 0
    people: int = 0
    repeats: int = 0
    came: set[tuple[str, date]] = field(default_factory=set)

    @property
    def visits(self) -> int:
        """Return the number of visits."""
        return len(self.came)

    def add(self, row: Any) -> None:
        """Count a row of letters, people and verdict."""
        self.letters += int(row.letters)
        self.people += int(row.people)
        self.repeats += int(row.letters) if row.verdict == REPEAT else 0

    def include(self, other: "Counts") -> None:
        """Count what another one has counted."""
        self.letters += other.letters
        self.people += other.people
        self.repeats += other.repeats
        self.came |= other.came


NOTHING = Counts()


class Cube:
    """The counts of a time, to be asked for by each of its sides: category, class_code, region, channel.

    Rows are counted and let go: a year has nearly as many different ones as letters.
    """

    def __init__(self, rows: Sequence[Any] = (), visits: Sequence[Any] = ()) -> None:
        self._sides: dict[str | None, dict[str | None, Counts]] = {side: {} for side in SIDES}
        self.reviews = reviews_of(rows)
        for row in rows:
            for side in SIDES:
                self._of(side, _value(row, side)).add(row)
        for row in visits:
            for side in SIDES:
                self._of(side, _value(row, side)).came.add((row.matter_id, day_of(row.hour)))

    def include(self, other: "Cube") -> None:
        """Count what another one has counted of another time."""
        self.reviews += other.reviews
        for side in SIDES:
            for value, counts in other.by(side).items():
                self._of(side, value).include(counts)

    def total(self) -> Counts:
        """Return the counts of all."""
        return self.by(None).get(None, NOTHING)

    def by(self, side: str | None) -> dict[str | None, Counts]:
        """Return the counts for each value of a side; what is empty or unknown counts under None."""
        return self._sides[side]

    def _of(self, side: str | None, value: str | None) -> Counts:
        return self._sides[side].setdefault(value, Counts())


def reviews_of(rows: Iterable[Any]) -> Reviews:
    """Return how many letters of each category stand in each state of review."""
    found: Reviews = Counter()
    for row in rows:
        found[row.category, row.review] += int(row.letters)
    return found


def by_day(rows: Iterable[Any], visits: Iterable[Any]) -> dict[date, Counts]:
    """Return the counts of each day of the office on which letters came, from rows of its hours."""
    found: dict[date, Counts] = {}
    for row in rows:
        found.setdefault(day_of(row.hour), Counts()).add(row)
    for row in visits:
        day = day_of(row.hour)
        found.setdefault(day, Counts()).came.add((row.matter_id, day))
    return found


def day_of(hour: str) -> date:
    """Return the day of the office in which an hour of universal time, as 2026-03-05T16, lies."""
    return datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(OFFICE_ZONE).date()


def _value(row: Any, side: str | None) -> str | None:
    return (getattr(row, side, None) or None) if side else None
