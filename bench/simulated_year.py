"""A simulated year of an office: letters of invented matters, some of which build up to a visit of many.

All texts come from the templates of `year.yaml`, which shares nothing with the letters that a model is trained on.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any

import yaml

from model.records import Letter

FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 364
WAYS = ("planned", "threatened", "past", "numbers")
# Of how many letters of the background each kind consists, in hundredths.
SHARES = {
    "single": 42,
    "speaks for many": 8,
    "trap words": 5,
    "anonymous": 7,
    "stubborn": 3,
    "copies": 9,
    "family": 4,
    "few": 8,
    "steady": 4,
    "season": 10,
}
SEASONS = 6
# How much faster the last day of a build-up is than its first: e to this.
GROWTH = 2.5
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"<(\d+)-(\d+)>")

Plot = Mapping[str, Any]


@cache
def templates() -> Mapping[str, Any]:
    """Return the content of `year.yaml`."""
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "year.yaml").read_text(encoding="utf-8"))
    return content


@dataclass(slots=True)
class Matter:
    """What truly happened: one set of facts, of which several people may write.

    `visit_at` is when many will come, None in the background; `silent` says that no letter speaks of acting together.
    """

    number: int
    kind: str
    plot: Plot
    slots: Mapping[str, str]
    facts: Sequence[str]
    way: str = ""
    visit_at: datetime | None = None
    routed_at: datetime = FIRST_DAY
    answers: list[datetime] = field(default_factory=list)
    petitioners: int = 0

    @property
    def silent(self) -> bool:
        """Say whether its letters speak each of its own loss only."""
        return not self.way


class Year:
    """Letters of a seed in order of arrival, with the matter that each belongs to."""

    def __init__(self, seed: int, size: int = 50_000, build_ups: int = 40) -> None:
        self.matters: list[Matter] = []
        self.letters: list[Letter] = []
        self.matter_of: list[int] = []
        self._random = random.Random(f"year-{seed}")  # noqa: S311 - no secret depends on it
        self._names: set[str] = set()
        self._people = 0
        self._written: list[tuple[datetime, int, str, str, frozenset[str], str]] = []
        for number in range(build_ups):
            self._build_up(number, build_ups)
        rest = size - len(self._written)
        for kind, share in SHARES.items():
            self._background(kind, len(self._written) + rest * share // 100)
        self._background("single", size)
        self._deliver()

    def _build_up(self, number: int, build_ups: int) -> None:
        """Plant one matter: slow at first, then faster; half of them without a word of acting together."""
        rng = self._random
        days = round(exp(rng.uniform(log(10), log(120))))
        people = round(exp(rng.uniform(log(8), log(200))))
        first = FIRST_DAY + timedelta(days=rng.randint(14, DAYS - 1 - days), hours=rng.uniform(8, 18))
        matter = self._matter("build-up", rng.choice(templates()["plots"]), first)
        matter.way = "" if 2 * number < build_ups else WAYS[number % len(WAYS)]
        matter.visit_at = (first + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        matter.petitioners = people
        moments = sorted(log(1 + rng.random() * (exp(GROWTH) - 1)) / GROWTH for _ in range(people - 1))
        for share in (0.0, *moments):
            # The last letters arrive before the day of the visit.
            at = first + (matter.visit_at - first) * share * 0.999
            person = self._person()
            self._write(matter, at, person, self._joining(matter, share))
            if rng.random() < 0.2:
                again = at + timedelta(days=rng.uniform(3, 25))
                if again < matter.visit_at:
                    self._write(matter, again, person, ["repeats"])

    def _joining(self, matter: Matter, share: float) -> list[str]:
        """Choose what a letter of a build-up says of others: the later, the likelier an act."""
        if matter.silent:
            return []
        chance = self._random.random()
        return ["acts"] if chance < 0.35 * share else ["group"] if chance < 0.6 else []

    def _background(self, kind: str, until: int) -> None:
        """Write matters of a kind until so many letters are written."""
        rng = self._random
        seasons = [plot for plot in templates()["plots"] if "season" in plot]
        peaks = rng.sample(seasons, min(SEASONS, len(seasons)))
        while len(self._written) < until:
            if kind == "season":
                plot = rng.choice(peaks)
                day = rng.gauss(30.4 * (plot["season"] - 0.5), 8)
            else:
                plot = rng.choice(templates()["plots"])
                day = rng.uniform(0, DAYS)
            first = FIRST_DAY + timedelta(days=min(max(day, 0.0), DAYS - 0.01))
            matter = self._matter(kind, plot, first)
            WRITERS.get(kind, Year._one)(self, matter, first)

    def _one(self, matter: Matter, first: datetime) -> None:
        person = frozenset[str]() if matter.kind == "anonymous" else self._person()
        self._write(matter, first, person, EXTRAS.get(matter.kind, []))

    def _stubborn(self, matter: Matter, first: datetime) -> None:
        person = self._person()
        for place in range(20):
            at = first + timedelta(days=place * self._random.uniform(4, 12))
            self._write(matter, at, person, ["repeats"] if place else [])

    def _copies(self, matter: Matter, first: datetime) -> None:
        person = self._person()
        title, body = self._text(matter, [])
        for place in range(self._random.randint(3, 8)):
            at = first + timedelta(days=self._random.uniform(0, 3))
            self._written.append((at, matter.number, title, body, person, f"{place + 1}"))
        matter.petitioners = 1

    def _family(self, matter: Matter, first: datetime) -> None:
        for _ in range(self._random.randint(2, 4)):
            self._write(matter, first + timedelta(days=self._random.uniform(0, 40)), self._person(), ["families"])

    def _few(self, matter: Matter, first: datetime) -> None:
        for _ in range(self._random.randint(2, 4)):
            extra = ["group"] if self._random.random() < 0.2 else []
            self._write(matter, first + timedelta(days=self._random.uniform(0, 30)), self._person(), extra)

    def _steady(self, matter: Matter, _first: datetime) -> None:
        for _ in range(self._random.randint(6, 14)):
            extra = ["group"] if self._random.random() < 0.2 else []
            at = FIRST_DAY + timedelta(days=self._random.uniform(0, DAYS))
            self._write(matter, at, self._person(), extra)

    def _person(self) -> frozenset[str]:
        self._people += 1
        return frozenset({f"p{self._people}"})

    def _matter(self, kind: str, plot: Plot, first: datetime) -> Matter:
        """Invent a matter with a place, names and facts of its own."""
        rng = self._random
        facts = rng.sample(plot["facts"], 3)
        matter = Matter(len(self.matters), kind, plot, self._slots(plot, first), facts)
        matter.routed_at = first + timedelta(days=rng.uniform(3, 20))
        self.matters.append(matter)
        return matter

    def _slots(self, plot: Plot, first: datetime) -> Mapping[str, str]:
        rng = self._random
        year, month = rng.randint(2016, first.year - 1), rng.randint(1, 12)
        return {
            "place": self._stem() + spoken(plot["place"], {}, rng),
            "firm": self._stem() + spoken(plot["firm"], {}, rng),
            "district": rng.choice(templates()["districts"]),
            "town": self._stem(fresh=False) + rng.choice(templates()["towns"]),
            "who": plot["who"],
            "since": rng.choice([f"去年{month}月", f"{year}年", f"{year}年{month}月", "前年年底", "今年开春"]),
            "sum": str(rng.randint(3, 98) * 100),
            "year": str(year),
            "month": str(month),
        }

    def _stem(self, fresh: bool = True) -> str:
        """Return an invented name of two or three characters, a fresh one for what letters are about."""
        while True:
            name = "".join(self._random.sample(templates()["characters"], self._random.choice((2, 2, 3))))
            if not fresh or name not in self._names or len(self._names) > 100_000:
                self._names.add(name)
                return name

    def _write(self, matter: Matter, at: datetime, person: frozenset[str], extras: Sequence[str]) -> None:
        if at < FIRST_DAY + timedelta(days=DAYS):
            title, body = self._text(matter, extras)
            self._written.append((at, matter.number, title, body, person, ""))

    def _text(self, matter: Matter, extras: Sequence[str]) -> tuple[str, str]:
        """Tell a matter as one person would: title or none, what happened, some of the facts, a loss of one's own."""
        rng, plot, common = self._random, matter.plot, templates()
        slots = dict(matter.slots)
        if rng.random() < 0.4:
            slots["place"] = slots[rng.choice(["district", "town"])] + slots["place"]
        telling = [rng.choice(plot["what"]), *rng.sample(matter.facts, rng.randint(1, 3))]
        title = spoken(rng.choice(plot["title"]), matter.slots, rng) if rng.random() < 0.6 else ""
        if "{place}" not in telling[0] and matter.slots["place"] not in title:
            telling.insert(0, rng.choice(common["where"]))
        telling += [rng.choice(plot["own"]), *rng.sample(common["lone"], rng.randint(0, 2))]
        for name in extras:
            sentences = common["acts"][matter.way] if name == "acts" else common[name]
            telling.insert(rng.randint(1, len(telling)), rng.choice(sentences))
        if rng.random() < 0.5:
            telling.insert(0, rng.choice(common["openings"]))
        if rng.random() < 0.7:
            telling.append(rng.choice(plot["ask"]))
        if rng.random() < 0.6:
            telling.append(rng.choice(common["closings"]))
        return title, "".join(spoken(sentence, slots, rng) for sentence in telling)

    def _deliver(self) -> None:
        """Put the letters in the order of arrival, and let the office answer the matters of the background."""
        self._written.sort(key=lambda one: one[0])
        for at, number, title, body, person, addressee in self._written:
            name = f"{len(self.letters):06d}"
            self.letters.append(Letter(name, title, body, at, addressee=addressee, petitioners=person))
            self.matter_of.append(number)
            matter = self.matters[number]
            answered = matter.answers[-1] if matter.answers else FIRST_DAY
            if matter.visit_at is None and at > answered:
                matter.answers.append(at + timedelta(days=self._random.uniform(10, 90)))


def spoken(template: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """Return a sentence of a template: choices made, numbers drawn, names of the matter put in."""
    while _CHOICE.search(template):
        template = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    template = _SLOT.sub(lambda match: slots[match[1]], template)
    return _RANGE.sub(lambda match: str(rng.randint(int(match[1]), int(match[2]))), template)


def build_ups(year: Year) -> Iterator[Matter]:
    """Yield the planted matters."""
    return (matter for matter in year.matters if matter.visit_at)


WRITERS: Mapping[str, Callable[[Year, Matter, datetime], None]] = {
    "stubborn": Year._stubborn,
    "copies": Year._copies,
    "family": Year._family,
    "few": Year._few,
    "steady": Year._steady,
}
EXTRAS: Mapping[str, list[str]] = {"speaks for many": ["group"], "trap words": ["traps"]}
