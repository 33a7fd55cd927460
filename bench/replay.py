"""Replays a simulated year day by day, as an office would live it, and notes what is warned of and when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.simulated_year import DAYS, FIRST_DAY, Matter, Year
from model.gathering import JOIN_FROM, Link, gather
from model.records import GroupVisit, Letter
from model.surge import Usual
from service.joining import Wrote, gains_of
from service.matters import ANONYMOUS, Duty, Testimony, flag_of

ROUTE = timedelta(days=15)
# The plain rule that the flag is compared with: so many letters of a matter within seven days.
PLAIN = (3, 5, 8, 12)
WEEK = timedelta(days=7)


@dataclass(slots=True)
class Warnings:
    """The first day on which each true matter was warned of, by its number."""

    first: dict[int, datetime] = field(default_factory=dict)

    def note(self, matter: int, now: datetime) -> None:
        """Keep the first day only."""
        self.first.setdefault(matter, now)


class Replay:
    """What an office knows at the end of each day: only letters that have come, gathered into matters."""

    def __init__(self, year: Year, links: Iterable[Link], visits: Sequence[GroupVisit]) -> None:
        self.year = year
        self.flag = Warnings()
        self.plain = {most: Warnings() for most in PLAIN}
        self._testimonies = {letter.id: _testimony(letter, visits[i]) for i, letter in enumerate(year.letters)}
        self._matter_of = {letter.id: number for letter, number in zip(year.letters, year.matter_of, strict=True)}
        self._links: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            self._links[link.a].append(link)
            self._links[link.b].append(link)
        self._circles: dict[str, set[str]] = {}
        self._gathered: dict[str, frozenset[str]] = {}
        self._agenda: dict[int, set[str]] = defaultdict(set)
        self._usual = Usual()

    def run(self) -> None:
        """Live through the year."""
        arriving: dict[int, list[str]] = defaultdict(list)
        for letter in self.year.letters:
            arriving[_day(_received(letter))].append(letter.id)
        for day in range(DAYS + 1):
            now = FIRST_DAY + timedelta(days=day + 1)
            touched = self._gather(arriving[day]) | self._agenda.pop(day, set())
            if day % 7 == 0:
                touched |= self._estimate(now)
            for group in {self._gathered[letter] for letter in touched}:
                self._judge(group, now)

    def _gather(self, newcomers: Sequence[str]) -> set[str]:
        """Take in the letters of a day and gather anew what they touch; returns the first letters of those matters."""
        touched: dict[int, set[str]] = {}
        for letter in newcomers:
            circle = {letter}
            for link in self._links[letter]:
                other = self._circles.get(link.other(letter))
                if other is not None and link.score >= JOIN_FROM and other is not circle:
                    small, circle = sorted((circle, other), key=len)
                    circle |= small
                    for one in small:
                        self._circles[one] = circle
                    touched.pop(id(small), None)
            self._circles[letter] = circle
            touched[id(circle)] = circle
        found = set()
        for circle in touched.values():
            links = (link for one in circle for link in self._links[one] if one == link.a and link.b in circle)
            for group in gather(circle, links):
                found.add(min(group))
                self._gathered.update(dict.fromkeys(group, group))
        return found

    def _estimate(self, now: datetime) -> set[str]:
        """Estimate anew what is usual; returns the matters that people have joined of late."""
        groups = list(set(self._gathered.values()))
        wrote = [_wrote(self._testimonies[letter] for letter in group) for group in groups]
        self._usual = Usual.of(gains_of(wrote, now))
        return {min(group) for group, people in zip(groups, wrote, strict=True) if any(gains_of([people], now))}

    def _judge(self, group: frozenset[str], now: datetime) -> None:
        """Judge one matter at the end of a day."""
        testimonies = sorted((self._testimonies[letter] for letter in group), key=lambda one: one.received_at)
        true = self._truth(group)
        opened = self.year.matters[self._matter_of[testimonies[0].letter]]
        due = testimonies[0].received_at + ROUTE
        duties = [Duty("route", "22", due)] if opened.routed_at > now else []
        answers = [answer for letter in group for answer in self._answers(letter) if answer <= now]
        flag = flag_of(testimonies, duties, self._usual, now, max(answers, default=None))
        if flag.level == "warning":
            self.flag.note(true, now)
        elif duties and due >= now:
            # Nothing but a letter or a missed duty can raise the points of a matter from one day to the next.
            self._agenda[_day(due) + 1].add(testimonies[0].letter)
        recent = sum(one.received_at > now - WEEK for one in testimonies)
        for most, warnings in self.plain.items():
            if recent >= most:
                warnings.note(true, now)

    def _answers(self, letter: str) -> Sequence[datetime]:
        return self.year.matters[self._matter_of[letter]].answers

    def _truth(self, group: frozenset[str]) -> int:
        """Return the true matter of a gathered one: a planted one that most letters are of, or else the commonest."""
        counts = Counter(self._matter_of[letter] for letter in group)
        true, most = max(counts.items(), key=lambda item: (item[1], -item[0]))
        planted = self.year.matters[true].visit_at is not None
        others = [number for number in counts if self.year.matters[number].visit_at is None]
        return true if not planted or 2 * most > len(group) or not others else min(others)


@dataclass(frozen=True, slots=True)
class Count:
    """How a rule did: days between warning and visit of the matters warned of in time, false ones, and the missed."""

    days: tuple[int, ...]
    false: int
    missed: tuple[Matter, ...]


def count(year: Year, warnings: Warnings) -> Count:
    """Count what was warned of in time, what was not, and what should not have been."""
    days, missed = [], []
    for matter in _planted(year):
        visit = matter.visit_at
        warned = warnings.first.get(matter.number)
        if visit and warned and warned < visit:
            days.append((visit - warned).days)
        else:
            missed.append(matter)
    false = sum(year.matters[number].visit_at is None for number in warnings.first)
    return Count(tuple(days), false, tuple(missed))


def false_by_kind(year: Year, warnings: Warnings) -> Mapping[str, int]:
    """Count the false warnings by kind of matter."""
    return Counter(year.matters[number].kind for number in warnings.first if year.matters[number].visit_at is None)


def _planted(year: Year) -> Iterator[Matter]:
    return (matter for matter in year.matters if matter.visit_at)


def _testimony(letter: Letter, visit: GroupVisit) -> Testimony:
    return Testimony(letter.id, _received(letter), letter.petitioners, visit.level, visit.score, visit.people)


def _received(letter: Letter) -> datetime:
    return letter.received_at or FIRST_DAY


def _day(at: datetime) -> int:
    return (at - FIRST_DAY).days


def _wrote(testimonies: Iterable[Testimony]) -> list[Wrote]:
    """Return when everybody in a matter first and last wrote; letters without a name are of one person together."""
    times: dict[str, list[datetime]] = {}
    for one in testimonies:
        for petitioner in one.petitioners or {ANONYMOUS}:
            times.setdefault(petitioner, []).append(one.received_at)
    return [(min(received), max(received)) for received in times.values()]
