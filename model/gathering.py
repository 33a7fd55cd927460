"""Gathers scored pairs of letters into matters: a pure function of letters, links and what people decided."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.records import RelationName

JOIN_FROM = 0.65
# Letters whose vectors have at least this cosine are compared: a threshold, so that the set of pairs does not depend on
# the order of arrival. The bound of their number protects against floods of one text.
NEAR_FROM = 0.25
MOST_COMPARED = 500
# Pairs that score at least this are linked; links below JOIN_FROM are only shown.
LINK_FROM = 0.2
# Means that differ by no more say nothing of which of two groups a letter belongs to.
NEARLY = 0.1
# Scores are added up as whole millionths, so that no order of adding shows.
_UNIT = 1_000_000

Places = NDArray[np.int64]


class Link(NamedTuple):
    """A scored pair of letters; the order of the two means nothing.

    A tuple, because it is made three times as fast: a matter of a hundred letters has thousands.
    """

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
    chain of weak steps grows. A pair that was never scored counts as 0; but of a group larger than MOST_COMPARED only
    so many letters count for each of the other group, for no more are compared. Confirmed pairs stay together and
    rejected pairs apart, whatever the scores, and two groups that both hold confirmed pairs join only by a person's
    decision. Of two groups that are kept apart, what fits both nearly alike joins the larger: a letter that a person
    took out of a matter must not draw after it those that come. The result depends on the sets, not on their order.
    """
    links, confirmed, rejected = list(links), list(confirmed), list(rejected)
    # No mean reaches what none of its scores reaches, so that what does not hang together is gathered apart.
    near = [(link.a, link.b) for link in links if link.score >= join_from - 1 / _UNIT]
    parts = connected(letters, chain(confirmed, near))
    part_of = {letter: i for i, part in enumerate(parts) for letter in part}
    scored: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if (place := part_of.get(link.a, -1)) == part_of.get(link.b):
            scored[place].append(link)
    found = [part for part in parts if len(part) == 1]
    for i, part in enumerate(parts):
        if len(part) == 1:
            continue
        groups = _Groups(connected(part, confirmed), join_from)
        groups.score(scored[i])
        groups.bar(rejected)
        groups.join()
        found += [group for group in groups.members if group]
    return sorted(found, key=min)


def connected(letters: Iterable[str], pairs: Iterable[Collection[str]]) -> list[frozenset[str]]:
    """Return the groups of letters that pairs connect; pairs with other letters are left out."""
    parent = {letter: letter for letter in letters}

    def root(letter: str) -> str:
        while parent[letter] != letter:
            parent[letter] = letter = parent[parent[letter]]
        return letter

    for one, other in pairs:
        if one in parent and other in parent:
            first, second = root(one), root(other)
            parent[max(first, second)] = min(first, second)
    found: dict[str, list[str]] = {}
    for letter in parent:
        found.setdefault(root(letter), []).append(letter)
    return [frozenset(group) for group in found.values()]


def _pairs(here: Places, there: Places) -> Places:
    """Return of how many pairs the mean of groups of these sizes is, in the unit of sums."""
    counted: Places = np.minimum(here, there) * np.minimum(np.maximum(here, there), MOST_COMPARED) * _UNIT
    return counted


class _Groups:
    """Groups of letters in the order of their first letters, with the sums of scores between them.

    A row and a column for each group: a matter of a thousand letters has half a million scored pairs, far too many for
    dictionaries. A group that was joined to another keeps an empty row.
    """

    def __init__(self, groups: Iterable[frozenset[str]], join_from: float) -> None:
        self.join_from = join_from
        self.members = sorted(groups, key=min)
        self.sizes = np.array([len(group) for group in self.members], np.int64)
        self.sums = np.zeros((len(self.members), len(self.members)), np.int64)
        self.barred = np.zeros_like(self.sums, bool)
        self._place = {letter: i for i, group in enumerate(self.members) for letter in group}

    def score(self, links: Iterable[Link]) -> None:
        """Add up the scores between groups; a pair that was scored twice counts with the higher score."""
        number = {letter: i for i, letter in enumerate(self._place)}
        given = list(links)
        ends = np.array([[number[link.a] for link in given], [number[link.b] for link in given]], np.int64).T
        scores = np.rint(np.array([link.score for link in given], np.float64) * _UNIT).astype(np.int64)
        pairs = np.sort(ends, axis=1) @ (len(number), 1)
        order = np.lexsort((scores, pairs))
        highest = order[np.append(pairs[order][1:] != pairs[order][:-1], True)] if len(order) else order
        place = np.fromiter(self._place.values(), np.int64, len(number))
        here, there = place[ends[highest]].T
        for one, other in ((here, there), (there, here)):
            np.add.at(self.sums, (one, other), scores[highest])
        np.fill_diagonal(self.sums, 0)

    def bar(self, rejected: Iterable[frozenset[str]]) -> None:
        """Keep the groups of rejected pairs apart, and confirmed groups from each other."""
        confirmed = np.flatnonzero(self.sizes > 1)
        self.barred[np.ix_(confirmed, confirmed)] = True
        for one, other in rejected:
            if one in self._place and other in self._place:
                here, there = self._place[one], self._place[other]
                self.barred[here, there] = self.barred[there, here] = True

    def join(self) -> None:
        """Join the two groups with the highest mean, the first of several, until none reaches the mean that joins."""
        best, partner = self._best(np.arange(len(self.members)))
        anything_barred = self.barred.any()
        while len(best) and best[first := int(best.argmax())] >= self.join_from:
            second = int(partner[first])
            if anything_barred:
                first, second = self._rather(first, second, best[first] - NEARLY)
            self._unite(first, second)
            # Means with either group have changed; those with the first may be the best of an earlier group now.
            means = self._means_with(first)
            later = np.where(np.arange(len(means)) > first, means, 0.0)
            better = (means > best) | ((means == best) & (first < partner))
            better[first:] = False
            stale = ((partner == first) | (partner == second)) & ~better
            best[better], partner[better] = means[better], first
            best[first], partner[first] = later.max(), later.argmax()
            best[second], partner[second] = 0.0, 0
            stale[[first, second]] = False
            if stale.any():
                best[stale], partner[stale] = self._best(np.flatnonzero(stale))

    def _best(self, rows: Places) -> tuple[NDArray[np.float64], Places]:
        """Return for groups the highest mean with a later group, and the first such group."""
        means = self._means(rows, np.arange(len(self.members)))
        partners = means.argmax(axis=1) if means.size else np.zeros(len(rows), np.int64)
        return means[np.arange(len(rows)), partners], partners

    def _means(self, rows: Places, columns: Places) -> NDArray[np.float64]:
        """Return the means of groups with others; 0 with those before them, without scores, or kept apart."""
        means, barred = self._means_of(rows, columns), self.barred[np.ix_(rows, columns)]
        return np.where((columns > rows[:, None]) & ~barred, means, 0.0)

    def _means_with(self, group: int) -> NDArray[np.float64]:
        """Return the means of all groups with one; 0 without scores, or kept apart."""
        return np.where(self.barred[group], 0.0, self.sums[group] / _pairs(self.sizes, self.sizes[group]))

    def _means_of(self, rows: Places, columns: Places) -> NDArray[np.float64]:
        """Return the means of groups with others."""
        pairs = _pairs(self.sizes[rows][:, None], self.sizes[columns])
        found: NDArray[np.float64] = self.sums[np.ix_(rows, columns)] / pairs
        return found

    def _rather(self, first: int, second: int, at_least: float) -> tuple[int, int]:
        """Return which two groups to join instead, where a larger group that is kept apart from one fits the other."""
        for going, rival in ((first, second), (second, first)):
            kept_apart = self.barred[rival] & ~self.barred[going] & (self.sizes > self.sizes[rival])
            larger = np.flatnonzero(kept_apart)
            if not len(larger):
                continue
            means = self._means_of(np.array([going]), larger)[0]
            if means.max() >= max(at_least, self.join_from):
                chosen = int(larger[means.argmax()])
                return min(going, chosen), max(going, chosen)
        return first, second

    def _unite(self, first: int, second: int) -> None:
        """Join the second group to the first."""
        self.members[first] |= self.members[second]
        self.members[second] = frozenset()
        self.sizes[first] += self.sizes[second]
        self.sums[first] += self.sums[second]
        self.sums[first, [first, second]] = 0
        self.sums[second] = self.sums[:, second] = 0
        self.barred[first] |= self.barred[second]
        for table in (self.sums, self.barred):
            table[:, first] = table[first]
