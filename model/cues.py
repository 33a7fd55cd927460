"""Finds cues of acting together in a letter, clause by clause, with traps and negations."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, takewhile

from model.numerals import StatedPeople, stated_people
from model.reading import READ_TOGETHER
from model.text import without_traps
from model.words.tables import table

_CLAUSE = re.compile(r"[^,。;!?\n:]+")
_CLASS = re.compile("<([a-z]+)>")
_OPENING = re.compile(r"<([a-z]+)>|\(\?:<([a-z]+)>\)")
# No negation reaches farther than this; it also keeps a text without marks from costing the square of its length.
FARTHEST_NEGATION = 60

SPEAKER_CODES = ("shared_grievance", "people_count", "joint_letter")
ACT_CODES = (
    "collective_action_past",
    "collective_action_ongoing",
    "collective_action_planned",
    "collective_action_threatened",
    "third_person_warning",
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A passage [start, end) of the clean text that matches a cue of the table."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CueReading:
    """All cues of one letter and the numbers of people that it states."""

    cues: tuple[Cue, ...]
    people: tuple[StatedPeople, ...]

    def count(self, code: str) -> int:
        """Return how many cues of a code the letter has."""
        return sum(cue.code == code for cue in self.cues)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A cue of the table; `opening` is the class of words that it begins with, if it begins with one."""

    code: str
    pattern: re.Pattern[str]
    opening: str | None


@dataclass(frozen=True)
class _Rules:
    traps: tuple[re.Pattern[str], ...]
    cues: tuple[_Rule, ...]
    negations: tuple[re.Pattern[str], ...]
    denials: tuple[re.Pattern[str], ...]
    alone: tuple[re.Pattern[str], ...]
    others: tuple[re.Pattern[str], ...]


@cache
def class_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a class of words of the table."""
    return re.compile(_expanded(f"<{name}>"))


@lru_cache(maxsize=READ_TOGETHER)
def readable(text: str) -> str:
    """Return a clean text of the same length in which no word of a trap can be read."""
    return without_traps(text, _rules().traps)


def _expanded(expression: str) -> str:
    """Put the classes of the table in the place of their names."""
    classes = table("group_visit")["classes"]
    while (name := _CLASS.search(expression)) is not None:
        expression = expression.replace(name.group(), f"(?:{classes[name[1]]})")
    return expression


def _compiled(expressions: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_expanded(expression)) for expression in expressions)


def _rule(code: str, cue: str) -> _Rule:
    opening = _OPENING.match(cue)
    return _Rule(code, re.compile(_expanded(cue)), opening[1] or opening[2] if opening else None)


@cache
def _rules() -> _Rules:
    content = table("group_visit")
    coded = [("shared_grievance", cue) for cue in content["speakers"]["body"] + content["speakers"]["several"]]
    for part in ("acts", "watch"):
        coded += [(code, cue) for code, expressions in content[part].items() for cue in expressions]
    return _Rules(
        traps=_compiled(content["traps"]),
        cues=tuple(_rule(code, cue) for code, cue in coded),
        negations=_compiled(content["negations"]),
        denials=_compiled(content["denials"]),
        alone=_compiled(content["alone"]),
        others=_compiled(content["others"]),
    )


def find_cues(text: str) -> CueReading:
    """Return the cues of a clean text.

    Words inside a trap do not count; an act behind a negation counts as `denial`; an act of one person alone
    does not count.
    """
    rules = _rules()
    legible = readable(text)
    people = tuple(stated_people(text))
    found = {Cue("people_count", stated.start, stated.end) for stated in people}
    denied = sorted(_denials(legible, rules), key=lambda cue: cue.start)
    found.update(denied)
    starts = [clause.start() for clause in _CLAUSE.finditer(legible)]
    search = _Search(legible)
    for rule in rules.cues:
        for match in search.matches(rule):
            if (cue := _cue(match, rule, rules, starts, denied)) is not None:
                found.add(cue)
    return CueReading(tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.code))), people)


def _denials(text: str, rules: _Rules) -> Iterator[Cue]:
    for pattern in rules.denials:
        for match in pattern.finditer(text):
            yield Cue("denial", match.start(), match.end())


class _Search:
    """Find many cues in one text: where a class of words can begin is looked up once, not for each of its cues."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: dict[str, list[int]] = {}

    def matches(self, rule: _Rule) -> Iterable[re.Match[str]]:
        """Return what `finditer` of the pattern would."""
        if rule.opening is None:
            return rule.pattern.finditer(self.text)
        if rule.opening not in self._places:
            self._places[rule.opening] = [match.start() for match in _beginning(rule.opening).finditer(self.text)]
        return self._from(self._places[rule.opening], rule.pattern)

    def _from(self, places: Sequence[int], pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found: list[re.Match[str]] = []
        for place in places:
            past = not found or place >= found[-1].end()
            if past and (match := pattern.match(self.text, place)) is not None:
                found.append(match)
        return found


@cache
def _beginning(name: str) -> re.Pattern[str]:
    """Return the pattern of every place where a class of words begins, also inside another of its words."""
    return re.compile(f"(?={class_pattern(name).pattern})")


def _cue(match: re.Match[str], rule: _Rule, rules: _Rules, starts: Sequence[int], denied: Sequence[Cue]) -> Cue | None:
    """Return the cue of a match, if any; `starts` are those of the clauses, `denied` the denials in their order."""
    clause = starts[max(0, bisect_right(starts, match.start()) - 1)] if starts else 0
    before = match.string[max(clause, match.start() - FARTHEST_NEGATION) : match.start()]
    if rule.code in ACT_CODES:
        if rule.code != "third_person_warning" and _is_denied(match, before, rules, denied):
            return Cue("denial", match.start(), match.end()) if "群体" not in match.group() else None
        if any(alone.search(before) for alone in (*rules.alone, *rules.others)):
            return None
    return Cue(rule.code, match.start(), match.end())


def _is_denied(match: re.Match[str], before: str, rules: _Rules, denied: Sequence[Cue]) -> bool:
    """Say whether a negation stands before an act in its clause, or a denial ends inside it."""
    if any(negation.search(before) for negation in rules.negations):
        return True
    first = bisect_left(denied, match.start(), key=lambda cue: cue.start)
    inside = takewhile(lambda cue: cue.start < match.end() + 2, islice(denied, first, None))
    return any(match.start() < cue.end <= match.end() + 2 for cue in inside)
