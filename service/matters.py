"""The group-visit flag of a matter: what speaks for it, part by part; pure functions.

The flag is on the matter and never on a person. Of who wrote it knows only which letters share a petitioner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from typing import Literal

from model.records import LEVELS, People, VisitLevel
from model.surge import Usual, surprise

PartName = Literal["duties", "people", "growth", "letters", "visits"]

WATCH_FROM = 30
WARNING_FROM = 60
# A matter from which nothing has come for so long has lost its flag.
QUIET_AFTER = timedelta(days=180)
# Fast growth shows in a week, slow growth only over twelve.
GROWTH_DAYS = (7, 14, 28, 84)
# With who opened the matter they are five.
FEWEST_JOINING = 4
# Powers of ten: a gain less likely than one in thirty begins to count.
COUNTS_FROM = 1.5
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one letter of a matter contributes.

    `petitioners` are keyed hashes of who wrote or signed, `present` the number of people who came with it, `level` and
    `score` what its text says of acting together.
    """

    letter: str
    received_at: datetime
    petitioners: frozenset[str] = frozenset()
    level: VisitLevel = "none"
    score: float = 0.0
    people: People | None = None
    present: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """What the office owes in a matter by a time, with the article that says so; met duties are left out."""

    name: str
    article: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for the flag: its points, and the number that they stand for (see `flag_of`)."""

    name: PartName
    points: int
    number: int


@dataclass(frozen=True, slots=True)
class MatterFlag:
    """Why people may come together about a matter.

    `points` is the sum over the parts, duties not met first. `petitioners` counts different people who wrote, `people`
    is the largest number that a letter states, never a sum of claims that may overlap. `quiet` says why an earlier flag
    is gone: answered, closed or nothing new.
    """

    level: VisitLevel
    points: int
    parts: tuple[Part, ...]
    petitioners: int
    people: People | None
    quiet: bool


def flag_of(
    testimonies: Sequence[Testimony],
    duties: Iterable[Duty],
    usual: Usual,
    now: datetime,
    answered_at: datetime | None = None,
    group_from: int = 5,
) -> MatterFlag:
    """Return the flag of a matter at a time.

    Only what came after the last answer or closing counts (`answered_at`), but who wrote before it does not join anew.
    Each part only grows with its evidence:

    - duties: 10 points for each duty not met in time, at most 20; `number` of duties
    - people: 8 for each doubling of those who wrote, or 3 for each doubling beyond `group_from` of the largest stated
      number, whichever is more, at most 40; `number` of people
    - growth: 20 for each power of ten by which the number of people joining within 7, 14, 28 or 84 days, four or
      more, is less likely than one in thirty, at most 60; `number` of people joining
    - letters: 15 for a letter that watches, 40 to 60 for one that warns, by its score; `number` of such letters
    - visits: 30 for a visit of `group_from` people or more, 40 for several; `number` of visits
    """
    live = [one for one in testimonies if answered_at is None or one.received_at > answered_at]
    newest = max((one.received_at for one in live), default=None)
    petitioners = _different(live)
    people = max((one.people for one in live if one.people), key=lambda stated: stated.count, default=None)
    if newest is None or now - newest > QUIET_AFTER:
        return MatterFlag("none", 0, (), petitioners, people, quiet=True)
    parts = (
        _duties(duties, now),
        _people(petitioners, people, group_from),
        _growth(testimonies, usual, now, answered_at),
        _letters(live),
        _visits(live, group_from),
    )
    points = sum(part.points for part in parts)
    watched = any(one.level != "none" for one in live)
    level: VisitLevel = "warning" if points >= WARNING_FROM else "watch" if watched or points >= WATCH_FROM else "none"
    return MatterFlag(level, points, tuple(part for part in parts if part.points), petitioners, people, quiet=False)


def _different(live: Iterable[Testimony]) -> int:
    """Count different people who wrote; letters without a name count as one person together."""
    return len(frozenset[str]().union(*(one.petitioners or {ANONYMOUS} for one in live)))


def _duties(duties: Iterable[Duty], now: datetime) -> Part:
    overdue = sum(duty.due_at < now for duty in duties)
    return Part("duties", min(20, 10 * overdue), overdue)


def _people(petitioners: int, people: People | None, group_from: int) -> Part:
    wrote = 8 * log2(max(1, petitioners))
    stated = 3 * log2(max(1.0, people.count / group_from)) if people else 0.0
    number = people.count if people and stated > wrote else petitioners
    return Part("people", round(min(40.0, max(wrote, stated))), number)


def _growth(testimonies: Iterable[Testimony], usual: Usual, now: datetime, answered_at: datetime | None) -> Part:
    """Judge how many people joined of late; nobody joins twice, and who opened the matter did not join it."""
    joined: dict[str, datetime] = {}
    for one in sorted(testimonies, key=lambda one: one.received_at):
        for petitioner in one.petitioners or {ANONYMOUS}:
            joined.setdefault(petitioner, one.received_at)
    times = sorted(joined.values())[1:]
    best = Part("growth", 0, 0)
    for days in GROWTH_DAYS:
        since = now - timedelta(days=days)
        recent = sum(since < at <= now and (answered_at is None or at > answered_at) for at in times)
        if recent >= FEWEST_JOINING:
            points = round(min(60.0, max(0.0, 20 * (surprise(recent, days, usual) - COUNTS_FROM))))
            best = max(best, Part("growth", points, recent), key=lambda part: part.points)
    return best


def _letters(live: Iterable[Testimony]) -> Part:
    telling = [one for one in live if one.level != "none"]
    points = max((_of_letter(one) for one in telling), default=0)
    return Part("letters", points, len(telling))


def _of_letter(one: Testimony) -> int:
    return round(40 + 20 * min(1.0, one.score / 0.5)) if LEVELS.index(one.level) == 2 else 15


def _visits(live: Iterable[Testimony], group_from: int) -> Part:
    visits = sum(one.present >= group_from for one in live)
    return Part("visits", 0 if not visits else 30 if visits == 1 else 40, visits)
