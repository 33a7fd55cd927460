"""Hot issues: matters of one kind in one region, alike and rising together; pure functions.

A hot issue belongs to matters and never to a person. Of who wrote it knows only which letters share a petitioner.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.gathering import connected
from model.surge import USUAL_DAYS, Usual, surprise

RECENT_DAYS = 14
FEWEST_MATTERS = 3
FEWEST_PETITIONERS = 3
# Once in a thousand fortnights of a cell.
HOT_FROM = 3.0
# What a cell sees in 28 days, until the office's own past tells better, and how many periods this counts as.
BEFORE_ANY_PAST = Usual(mean=2.0, spread=3.0)
PRIOR_PERIODS = 12
# How many periods of a cell the mean of all cells counts as: few, for some classes are much busier than others.
SHARED_PERIODS = 1
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A kind of problem in a region: `category` is the code of a class of level 2, or else of level 1."""

    region: str
    category: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One letter of the last 14 days; `petitioners` are keyed hashes of who wrote or signed."""

    letter: str
    matter: str
    cell: Cell
    petitioners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HotIssue:
    """Matters of a cell that rise together.

    `petitioners` counts different people of the last 14 days, and `usual` how many the cell sees in as many days;
    `surprise` is that of `model.surge`. `letters` are in the order in which they were given.
    """

    cell: Cell
    matters: frozenset[str]
    letters: tuple[str, ...]
    petitioners: int
    usual: float
    surprise: float


def hot_issues(
    voices: Iterable[Voice], alike: Iterable[frozenset[str]], past: Sequence[Mapping[Cell, int]]
) -> list[HotIssue]:
    """Return the hot issues of an office, the most surprising first.

    `alike` are pairs of letters that are linked; `past` says of each earlier 28 days how many different people wrote
    about each cell. Matters of a cell belong together where links lead from one to another. An issue has three matters
    and three people or more; letters without a name count as one person together.
    """
    found = []
    usual = _usual(past)
    for cell, (spoken, pairs) in _by_cell(voices, alike).items():
        expected = usual.of(cell)
        for matters in _joined(spoken, pairs):
            inside = [voice for voice in spoken if voice.matter in matters]
            people = len(frozenset[str]().union(*(voice.petitioners or {ANONYMOUS} for voice in inside)))
            rise = surprise(people, RECENT_DAYS, expected)
            if len(matters) >= FEWEST_MATTERS and people >= FEWEST_PETITIONERS and rise >= HOT_FROM:
                letters = tuple(voice.letter for voice in inside)
                in_days = expected.mean * RECENT_DAYS / USUAL_DAYS
                found.append(HotIssue(cell, matters, letters, people, in_days, rise))
    return sorted(found, key=lambda issue: (-issue.surprise, -issue.petitioners, issue.cell, sorted(issue.matters)))


@dataclass(frozen=True)
class _Past:
    """What is usual for each cell, drawn towards what is usual for all."""

    gains: Mapping[Cell, list[int]]
    periods: int
    office: Usual

    def of(self, cell: Cell) -> Usual:
        return Usual.of(self.gains.get(cell, [0] * self.periods), self.office, SHARED_PERIODS)


def _usual(past: Sequence[Mapping[Cell, int]]) -> _Past:
    cells = {cell for period in past for cell, people in period.items() if people}
    gains = {cell: [period.get(cell, 0) for period in past] for cell in cells}
    mean = Usual.of([gain for seen in gains.values() for gain in seen], BEFORE_ANY_PAST, PRIOR_PERIODS).mean
    return _Past(gains, len(past), Usual(mean, _spread_within(gains)))


def _spread_within(gains: Mapping[Cell, list[int]]) -> float:
    """Return how much cells vary around their own means: that one is busier than another is no unrest."""
    squares = freedom = 0.0
    for seen in gains.values():
        mean = sum(seen) / len(seen)
        squares += sum((gain - mean) ** 2 for gain in seen) / mean
        freedom += len(seen) - 1
    return max(1.0, (squares + PRIOR_PERIODS * BEFORE_ANY_PAST.spread) / (freedom + PRIOR_PERIODS))


def _by_cell(
    voices: Iterable[Voice], alike: Iterable[frozenset[str]]
) -> dict[Cell, tuple[list[Voice], list[frozenset[str]]]]:
    """Return the letters of each cell, and the pairs of them that are linked."""
    found: dict[Cell, tuple[list[Voice], list[frozenset[str]]]] = {}
    cell_of: dict[str, Cell] = {}
    for voice in voices:
        found.setdefault(voice.cell, ([], []))[0].append(voice)
        cell_of[voice.letter] = voice.cell
    for pair in alike:
        cells = {cell_of.get(letter) for letter in pair}
        cell = cells.pop()
        if cell is not None and not cells:
            found[cell][1].append(pair)
    return found


def _joined(spoken: Sequence[Voice], pairs: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return the matters that the letters of a cell belong to, those together that links connect."""
    matter_of = {voice.letter: voice.matter for voice in spoken}
    edges = (frozenset(matter_of[letter] for letter in pair) for pair in pairs)
    return connected(set(matter_of.values()), (edge for edge in edges if len(edge) == 2))
