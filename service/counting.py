"""Counts of letters, visits and people, gathered from rows of a database; pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from model.when import OFFICE_ZONE

REPEAT = "repeat"


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


NOTHING = Counts()


@dataclass(frozen=True)
class Cube:
    """The counts of a time, to be asked for by each of its sides: category, class_code, region, channel, review."""

    rows: list[Any]
    visits: list[Any]

    def total(self) -> Counts:
        """Return the counts of all."""
        return self.by(None).get(None, Counts())

    def by(self, side: str | None) -> dict[str | None, Counts]:
        """Return the counts for each value of a side; what is empty or unknown counts under None."""
        found: dict[str | None, Counts] = {}
        for row in self.rows:
            found.setdefault(_value(row, side), Counts()).add(row)
        for row in self.visits:
            found.setdefault(_value(row, side), Counts()).came.add((row.matter_id, day_of(row.hour)))
        return found

    def letters(self, **wanted: str | None) -> int:
        """Return how many letters have these values."""
        return sum(
            int(row.letters) for row in self.rows if all(_value(row, side) == value for side, value in wanted.items())
        )


def by_day(rows: Iterable[Any], visits: Iterable[Any]) -> dict[date, Counts]:
    """Return the counts of each day of the office on which letters came, from rows of its hours."""
    found: dict[date, Counts] = {}
    for row in rows:
        found.setdefault(day_of(row.hour), Counts()).add(row)
    for row in visits:
        day = day_of(row.hour)
        found.setdefault(day, Counts()).came.add((row.matter_id, day))
    return found


def together(counts: Iterable[Counts]) -> Counts:
    """Return several counts as one."""
    whole = Counts()
    for one in counts:
        whole.letters += one.letters
        whole.people += one.people
        whole.repeats += one.repeats
        whole.came |= one.came
    return whole


def day_of(hour: str) -> date:
    """Return the day of the office in which an hour of universal time, as 2026-03-05T16, lies."""
    return datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(OFFICE_ZONE).date()


def _value(row: Any, side: str | None) -> str | None:
    return (getattr(row, side) or None) if side else None
