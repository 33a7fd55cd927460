"""Gathers scored pairs of letters into matters, and tells what a letter is to its matter: pure functions."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from model.records import LEVELS, Letter, People, RelationName, Verdict, VisitLevel

JOIN_FROM = 0.5
# Of so many nearest letters those are linked that score at least this; links below JOIN_FROM are only shown.
MOST_NEAREST = 30
LINK_FROM = 0.2
# A stored letter is compared with all letters whose vectors have at least this cosine: a threshold, so that the set of
# pairs does not depend on the order of arrival. The bound of their number protects against floods of one text.
NEAR_FROM = 0.15
MOST_COMPARED = 500
COPY_WITHIN = timedelta(days=30)
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Link:
    """A scored pair of letters; the order of the two means nothing."""

    a: str
    b: str
    score: float
    relation: RelationName

    @property
    def ends(self) -> frozenset[str]:
        """Return the two letters as a set."""
        return frozenset((self.a, self.b))

    def other(self, letter_id: str) -> str:
        """Return the letter at the other end."""
        return self.b if self.a == letter_id else self.a


def gather(
    letters: Iterable[str],
    links: Iterable[Link],
    confirmed: Iterable[frozenset[str]] = (),
    rejected: Iterable[frozenset[str]] = (),
) -> list[frozenset[str]]:
    """Gather letters into matters.

    Joins the two groups with the highest mean score again and again, as long as that mean is at least 0.5: a
    letter must fit the matter, not only its nearest letter, so that no chain of weak steps grows. A pair that was
    never scored counts as 0. Confirmed pairs stay together and rejected pairs apart, whatever the scores.
    The result depends on the sets only, not on their order.
    """
    scores: dict[frozenset[str], float] = {}
    for link in links:
        scores[link.ends] = max(link.score, scores.get(link.ends, 0.0))
    together = list(confirmed)
    near = [pair for pair, score in scores.items() if score >= JOIN_FROM]
    groups: list[frozenset[str]] = []
    for component in _joined_by(sorted(letters), [*near, *together]):
        groups.extend(_gathered(component, scores, together, set(rejected)))
    return sorted(groups, key=min)


def _gathered(
    component: frozenset[str],
    scores: Mapping[frozenset[str], float],
    confirmed: Sequence[frozenset[str]],
    barred: set[frozenset[str]],
) -> list[frozenset[str]]:
    """Gather the letters of one component; no pair outside it can reach the mean that joins."""
    if len(component) == 1:
        return [component]
    inside = {pair: score for pair, score in scores.items() if pair <= component}
    groups = _joined_by(sorted(component), [pair for pair in confirmed if pair <= component])
    while best := _best_pair(groups, inside, barred):
        groups = [group for group in groups if group not in best] + [best[0] | best[1]]
    return groups


def _joined_by(letters: Sequence[str], confirmed: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return the connected groups of the confirmed pairs."""
    group_of = {letter: frozenset({letter}) for letter in letters}
    for pair in confirmed:
        inside = [letter for letter in pair if letter in group_of]
        merged = frozenset[str]().union(*(group_of[letter] for letter in inside))
        for letter in merged:
            group_of[letter] = merged
    return sorted(set(group_of.values()), key=min)


def _best_pair(
    groups: Sequence[frozenset[str]], scores: Mapping[frozenset[str], float], barred: set[frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]] | None:
    place = {letter: group for group in groups for letter in group}
    found: dict[frozenset[frozenset[str]], list[float]] = defaultdict(list)
    closed = {frozenset((place[a], place[b])) for a, b in map(tuple, barred) if a in place and b in place}
    for pair, score in scores.items():
        a, b = pair
        if place.get(a) is not None and place.get(b) is not None and place[a] is not place[b]:
            found[frozenset((place[a], place[b]))].append(score)
    means = [
        (math.fsum(scores) / (len(left) * len(right)), min(left), min(right), left, right)
        for (left, right), scores in ((sorted(pair, key=min), scores) for pair, scores in found.items())
        if frozenset((left, right)) not in closed
    ]
    best = max(means, key=lambda entry: (entry[0], entry[1], entry[2]), default=None)
    return (best[3], best[4]) if best and best[0] >= JOIN_FROM else None


def verdict(letter: Letter, others: Sequence[Letter], relations: Mapping[str, RelationName]) -> Verdict:
    """Tell what a letter is to the other letters of its matter.

    The earliest is first. A same text to another addressee or over another channel within 30 days is a copy,
    which never counts as a repeat. A shared petitioner makes a repeat; anonymous letters share none. Otherwise it is
    joint. `relations` tells the relation of the letter to others by their id.
    """
    earlier = [other for other in others if _order(other) < _order(letter)]
    if not earlier:
        return "first"
    if any(_is_copy(letter, other, relations.get(other.id)) for other in earlier):
        return "copy"
    if any(letter.petitioners & other.petitioners for other in earlier):
        return "repeat"
    return "joint"


@dataclass(frozen=True, slots=True)
class Flag:
    """Why people may come together about a matter: about the matter, never about a person."""

    level: VisitLevel
    people: People | None
    petitioners: int
    letters: int
    reasons: tuple[str, ...]


def flag_of(visits: Iterable[Mapping[str, Any] | None], petitioners: Iterable[frozenset[str]], letters: int) -> Flag:
    """Join what the letters of a matter say of acting together.

    The level is the highest that a letter has; the number of people is the largest that a letter states, never a sum
    of claims that may overlap; `petitioners` counts different people who wrote; `letters` leaves out copies.
    """
    present = [visit for visit in visits if visit]
    level = LEVELS[max((LEVELS.index(visit["level"]) for visit in present), default=0)]
    stated = [visit["people"] for visit in present if visit["people"]]
    largest = max(stated, key=lambda people: int(people["count"]), default=None)
    codes = {reason["code"] for visit in present for reason in visit["reasons"]}
    return Flag(
        level=level,
        people=People(largest["count"], largest["unit"]) if largest else None,
        petitioners=len(frozenset[str]().union(*petitioners)),
        letters=letters,
        reasons=tuple(sorted(codes)),
    )


def _order(letter: Letter) -> tuple[datetime, str]:
    return (letter.received_at or LAST, letter.id)


def _is_copy(letter: Letter, earlier: Letter, relation: RelationName | None) -> bool:
    if relation != "same_text":
        return False
    elsewhere = letter.addressee != earlier.addressee or letter.channel != earlier.channel
    if letter.received_at is None or earlier.received_at is None:
        return elsewhere
    return elsewhere and abs(letter.received_at - earlier.received_at) <= COPY_WITHIN
