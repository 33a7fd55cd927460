"""Gathers scored pairs of letters into matters: a pure function of letters, links and what people decided."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from model.records import RelationName

JOIN_FROM = 0.65
# Letters whose vectors have at least this cosine are compared: a threshold, so that the set of pairs does not depend on
# the order of arrival. The bound of their number protects against floods of one text.
NEAR_FROM = 0.25
MOST_COMPARED = 500
# Pairs that score at least this are linked; links below JOIN_FROM are only shown.
LINK_FROM = 0.2
# Scores are added up as whole millionths, so that no order of adding shows.
_UNIT = 1_000_000


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
    join_from: float = JOIN_FROM,
) -> list[frozenset[str]]:
    """Gather letters into matters.

    Joins the two groups with the highest mean score again and again, as long as that mean is at least `join_from`
    (average linkage, Sokal and Michener 1958): a letter must fit the matter, not only its nearest letter, so that no
    chain of weak steps grows. A pair that was never scored counts as 0. Confirmed pairs stay together and
    rejected pairs apart, whatever the scores, and two groups that both hold confirmed pairs join only by a person's
    decision. The result depends on the sets only, not on their order.
    """
    groups = _Groups(connected(letters, confirmed), join_from)
    groups.score(links)
    groups.bar(rejected)
    groups.join()
    return sorted(groups.members.values(), key=min)


def connected(letters: Iterable[str], pairs: Iterable[Collection[str]]) -> list[frozenset[str]]:
    """Return the groups of letters that pairs connect; pairs with other letters are left out."""
    parent = {letter: letter for letter in letters}

    def root(letter: str) -> str:
        while parent[letter] != letter:
            parent[letter] = letter = parent[parent[letter]]
        return letter

    for pair in pairs:
        if all(letter in parent for letter in pair):
            first, *others = sorted(map(root, pair))
            parent.update(dict.fromkeys(others, first))
    found: dict[str, list[str]] = {}
    for letter in parent:
        found.setdefault(root(letter), []).append(letter)
    return [frozenset(group) for group in found.values()]


class _Groups:
    """Groups of letters, each known by its first letter, with the sums of scores between them."""

    def __init__(self, groups: Sequence[frozenset[str]], join_from: float) -> None:
        self.join_from = join_from
        self.members = {min(group): group for group in groups}
        self.place = {letter: name for name, group in self.members.items() for letter in group}
        self.confirmed = {name for name, group in self.members.items() if len(group) > 1}
        self.sums: dict[str, dict[str, int]] = {name: {} for name in self.members}
        self.barred: dict[str, set[str]] = {name: set() for name in self.members}

    def score(self, links: Iterable[Link]) -> None:
        """Add up the scores between groups; a pair that was scored twice counts with the higher score."""
        highest: dict[frozenset[str], float] = {}
        for link in links:
            if link.a in self.place and link.b in self.place:
                highest[link.ends] = max(link.score, highest.get(link.ends, 0.0))
        for pair, score in highest.items():
            for here, there in self._places(pair):
                self.sums[here][there] = self.sums[here].get(there, 0) + round(score * _UNIT)

    def bar(self, rejected: Iterable[frozenset[str]]) -> None:
        """Keep the groups of rejected pairs apart, and confirmed groups from each other."""
        for pair in rejected:
            if all(letter in self.place for letter in pair):
                for here, there in self._places(pair):
                    self.barred[here].add(there)
        for first, second in combinations(self.confirmed, 2):
            self.barred[first].add(second)
            self.barred[second].add(first)

    def _places(self, pair: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the groups of a pair in both directions; nothing if it is one group."""
        here, there = (self.place[letter] for letter in pair)
        if here != there:
            yield here, there
            yield there, here

    def join(self) -> None:
        """Join the two groups with the highest mean until none reaches the mean that joins."""
        heap = [
            entry for name in sorted(self.sums) for entry in self._entries(name, self.sums[name]) if name < entry[2]
        ]
        heapq.heapify(heap)
        while heap:
            _, first, second, size = heapq.heappop(heap)
            if size != (len(self.members.get(first, ())), len(self.members.get(second, ()))):
                continue
            self._unite(first, second)
            for entry in self._entries(first, self.sums[first]):
                heapq.heappush(heap, entry)

    def _entries(self, name: str, sums: Mapping[str, int]) -> Iterator[tuple[float, str, str, tuple[int, int]]]:
        """Yield the joins that a group may make, best first in their order; sizes tell whether they are out of date."""
        for other, total in sums.items():
            first, second = sorted((name, other))
            size = len(self.members[first]), len(self.members[second])
            mean = total / (size[0] * size[1] * _UNIT)
            if mean >= self.join_from and other not in self.barred[name]:
                yield -mean, first, second, size

    def _unite(self, first: str, second: str) -> None:
        """Join the second group to the first."""
        self.members[first] |= self.members.pop(second)
        for other, total in self.sums.pop(second).items():
            del self.sums[other][second]
            if other != first:
                for here, there in ((first, other), (other, first)):
                    self.sums[here][there] = self.sums[here].get(there, 0) + total
        for other in self.barred.pop(second):
            self.barred[other].discard(second)
            for here, there in ((first, other), (other, first)):
                self.barred[here].add(there)
