"""Readable features of pairs of letters, each between 0 and 1 unless it says otherwise."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.ngrams import BUCKET_BITS
from model.profile import Profile
from model.terms import KINDS, ranges

PLACE_KINDS = ("estate", "village", "township", "district", "road", "school", "hospital", "firm", "works")
BATCH = 2048

Values = NDArray[np.float64]
Places = NDArray[np.int64]


class _Rows:
    """Terms of letters, a row for each letter, so that those of many pairs can be looked up at once."""

    def __init__(self, lengths: Places, buckets: NDArray[np.int32], weights: NDArray[np.float32]) -> None:
        self.lengths = lengths
        self.starts = np.cumsum(lengths) - lengths
        self.weights = weights
        # Row by row and ascending within each row, so that one search finds a bucket in any row.
        self.keys = np.repeat(np.arange(len(lengths)) << BUCKET_BITS, lengths) | buckets

    def sums(self, values: NDArray[np.floating]) -> Values:
        """Return the sum of a value of each term, by row."""
        return np.bincount(self.keys >> BUCKET_BITS, values, len(self.lengths)).astype(np.float64)

    def shared(self, rows: Places, other: "_Rows", other_rows: Places, present: NDArray[np.floating]) -> Values:
        """Return for rows beside other rows the sum of the weights of shared terms, each times its `present` there."""
        lengths = self.lengths[rows]
        places = ranges(self.starts[rows], lengths)
        wanted = self.keys[places] + np.repeat((other_rows - rows) << BUCKET_BITS, lengths)
        found = np.searchsorted(other.keys, wanted)
        met = np.flatnonzero(np.append(other.keys, -1)[found] == wanted)
        weights = self.weights[places[met]].astype(np.float64) * present[found[met]]
        pairs = np.searchsorted(np.cumsum(lengths), met, side="right")
        return np.bincount(pairs, weights, len(rows)).astype(np.float64)


class _Pairs:
    """Pairs of profiles as rows of terms, a row for each different profile."""

    def __init__(self, pairs: Sequence[tuple[Profile, Profile]]) -> None:
        self.pairs = pairs
        rows: dict[int, int] = {}
        self.profiles: list[Profile] = []
        for profile in (profile for pair in pairs for profile in pair):
            if rows.setdefault(id(profile), len(self.profiles)) == len(self.profiles):
                self.profiles.append(profile)
        self.left = np.array([rows[id(a)] for a, _ in pairs], np.int64)
        self.right = np.array([rows[id(b)] for _, b in pairs], np.int64)
        terms = [profile.terms for profile in self.profiles]
        self._buckets = np.concatenate([each.buckets for each in terms])
        self._weights = np.concatenate([each.weights for each in terms])
        sizes = np.array([len(each.buckets) for each in terms], np.int64)
        self._bounds = np.array([each.bounds for each in terms], np.int64) + (np.cumsum(sizes) - sizes)[:, None]
        self._rows: dict[str, _Rows] = {}

    def rows(self, kind: str) -> _Rows:
        """Return the terms of a kind."""
        if kind not in self._rows:
            starts, ends = self._bounds[:, KINDS.index(kind)], self._bounds[:, KINDS.index(kind) + 1]
            places = ranges(starts, ends - starts)
            self._rows[kind] = _Rows(ends - starts, self._buckets[places], self._weights[places])
        return self._rows[kind]

    def cosine(self, kind: str) -> Values:
        """Return the cosine of both letters' terms."""
        rows = self.rows(kind)
        lengths = np.sqrt(rows.sums(rows.weights.astype(np.float64) ** 2))
        products = rows.shared(self.left, rows, self.right, rows.weights)
        return _ratio(products, lengths[self.left] * lengths[self.right])

    def contained(self, part: str, whole: str) -> tuple[Values, Values]:
        """Return the weighted share of a's terms `part` that are among b's terms `whole`, and the other way round.

        A term is present wholly, or by its likeness to one that is.
        """
        parts, wholes = self.rows(part), self.rows(whole)
        present = wholes.weights if whole == "wide" else np.ones_like(wholes.weights)
        totals = parts.sums(parts.weights)
        empty = 0.5 if part in _OFTEN_EMPTY else 0.0
        there = parts.shared(self.left, wholes, self.right, present)
        back = parts.shared(self.right, wholes, self.left, present)
        return _ratio(there, totals[self.left], empty), _ratio(back, totals[self.right], empty)

    @cached_property
    def topics(self) -> Values:
        """Return the cosine of both letters' topics."""
        points = np.array([profile.topics for profile in self.profiles], np.float64)
        return np.asarray(np.maximum(np.einsum("ij,ij->i", points[self.left], points[self.right]), 0.0))

    def each(self, measure: Callable[[Profile, Profile], float]) -> Values:
        """Return a measure of every pair."""
        return np.array([measure(a, b) for a, b in self.pairs], np.float64)


# A gist often names nothing rare or specific: then nothing speaks for or against.
_OFTEN_EMPTY = ("gist_rare", "gist_specific")


def _ratio(part: Values, whole: Values, empty: float = 0.0) -> Values:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), empty)


# The weighted share of one kind of terms that the other letter has; each gives two features, the more and the less.
CONTAINED = {
    "fours": ("four", "four"),
    "eights": ("eight", "eight"),
    "specific": ("specific", "word"),
    "meaning": ("ordinary", "wide"),
    "gist_pairs": ("gist_pair", "pair"),
    "gist_characters": ("gist_character", "character"),
    "gist_rare": ("gist_rare", "pair"),
    "gist_specific": ("gist_specific", "pair"),
    "gist_meaning": ("gist_ordinary", "wide"),
}
COSINES = ("word", "character", "ordinary", "specific")


def _regions_conflict(a: Profile, b: Profile) -> float:
    return float(bool(a.regions and b.regions) and not a.regions & b.regions)


def _regions_shared(a: Profile, b: Profile) -> float:
    return _jaccard(a.regions, b.regions)


def _numbers_shared(a: Profile, b: Profile) -> float:
    return _jaccard(a.numbers, b.numbers)


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _names_shared(a: Profile, b: Profile) -> float:
    """Return the smaller of the shares of named things that the other letter names."""
    if not a.names or not b.names:
        return 0.0
    if (
        frozenset[str]()
        .union(*(one.grams for one in a.names))
        .isdisjoint(frozenset[str]().union(*(one.grams for one in b.names)))
    ):
        return 0.0
    met = [[one.meets(other) for other in b.names] for one in a.names]
    return min(sum(map(any, met)) / len(a.names), sum(map(any, zip(*met, strict=True))) / len(b.names))


def _places_conflict(a: Profile, b: Profile) -> float:
    """Return the share of kinds of which both letters name things, but none in common."""
    kinds = {name.kind for name in a.names} & {name.kind for name in b.names}
    conflicts = sum(
        not any(one.meets(other) for one in a.names if one.kind == kind for other in b.names if other.kind == kind)
        for kind in kinds
    )
    return conflicts / len(PLACE_KINDS)


def _named_in(a: Profile, b: Profile) -> float:
    """Return the share of the things named in the gist of a that b names anywhere."""
    met = [2 * sum(gram in b.text for gram in name.grams) >= len(name.grams) for name in a.gist_names]
    return sum(met) / len(met) if met else 0.5


def _numbered_conflict(a: Profile, b: Profile) -> float:
    """Say whether the gists name things of one kind by other numbers, and neither letter names the other's."""
    kinds = {kind for kind, _ in a.gist_numbered} & {kind for kind, _ in b.gist_numbered}
    return float(
        any(
            not {thing for thing in a.gist_numbered if thing[0] == kind} & b.numbered
            and not {thing for thing in b.gist_numbered if thing[0] == kind} & a.numbered
            for kind in kinds
        )
    )


EACH: dict[str, tuple[Callable[[Profile, Profile], float], int]] = {
    "regions_conflict": (_regions_conflict, -1),
    "regions_shared": (_regions_shared, 1),
    "numbers_shared": (_numbers_shared, 1),
    "names_shared": (_names_shared, 1),
    "places_conflict": (_places_conflict, -1),
}
SIDES = ("more", "less")

# Each feature with the only direction in which it may move the judgement that two letters are alike.
DIRECTIONS = {
    **{f"{name}_cosine": 1 for name in COSINES},
    "topic_cosine": 1,
    **{f"{name}_{side}": 1 for name in CONTAINED for side in SIDES},
    **{name: sign for name, (_, sign) in EACH.items()},
    **{f"gist_names_{side}": 1 for side in SIDES},
    "numbered_conflict": -1,
}
FEATURES = tuple(DIRECTIONS)


def compare(pairs: Sequence[tuple[Profile, Profile]]) -> Values:
    """Return the features of pairs, shape (pairs, len(FEATURES)); exchanging the letters of a pair changes nothing."""
    batches = [_compare(_Pairs(pairs[start : start + BATCH])) for start in range(0, len(pairs), BATCH)]
    return np.concatenate([np.zeros((0, len(FEATURES))), *batches])


def _compare(pairs: _Pairs) -> Values:
    columns = {f"{kind}_cosine": pairs.cosine(kind) for kind in COSINES}
    columns["topic_cosine"] = pairs.topics
    both = {name: pairs.contained(part, whole) for name, (part, whole) in CONTAINED.items()}
    both["gist_names"] = pairs.each(_named_in), pairs.each(lambda a, b: _named_in(b, a))
    for name, sides in both.items():
        columns |= {f"{name}_more": np.maximum(*sides), f"{name}_less": np.minimum(*sides)}
    columns |= {name: pairs.each(measure) for name, (measure, _) in EACH.items()}
    columns["numbered_conflict"] = pairs.each(_numbered_conflict)
    return np.column_stack([columns[name] for name in FEATURES])
