"""Readable features of pairs of letters, each between 0 and 1 unless it says otherwise."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from model.ngrams import BUCKET_BITS
from model.profile import Profile

PLACE_KINDS = ("estate", "village", "township", "district", "road", "school", "hospital", "firm", "works")
BATCH = 2048

Values = NDArray[np.float64]


class _Pairs:
    """Pairs of profiles as matrices, a row for each different profile."""

    def __init__(self, pairs: Sequence[tuple[Profile, Profile]]) -> None:
        self.pairs = pairs
        rows: dict[int, int] = {}
        self.profiles: list[Profile] = []
        for profile in (profile for pair in pairs for profile in pair):
            if rows.setdefault(id(profile), len(self.profiles)) == len(self.profiles):
                self.profiles.append(profile)
        self.left = np.array([rows[id(a)] for a, _ in pairs], np.intp)
        self.right = np.array([rows[id(b)] for _, b in pairs], np.intp)
        self._matrices: dict[str, csr_matrix] = {}

    def matrix(self, kind: str) -> csr_matrix:
        """Return the weighted terms of a kind, shape (profiles, buckets)."""
        if kind not in self._matrices:
            terms = [profile.terms[kind] for profile in self.profiles]
            offsets = np.cumsum([0, *(len(each.buckets) for each in terms)])
            self._matrices[kind] = csr_matrix(
                (
                    np.concatenate([each.weights for each in terms]),
                    np.concatenate([each.buckets for each in terms]),
                    offsets,
                ),
                shape=(len(terms), 1 << BUCKET_BITS),
            )
        return self._matrices[kind]

    def presence(self, kind: str) -> csr_matrix:
        """Return how far each term is present, shape (profiles, buckets): wholly, or by its likeness to one that is."""
        rows = self.matrix(kind)
        if kind == "wide":
            return rows
        return csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)

    def cosine(self, kind: str) -> Values:
        """Return the cosine of both letters' terms."""
        rows = self.matrix(kind)
        lengths = np.sqrt(_sums(rows.multiply(rows)))
        products = _sums(rows[self.left].multiply(rows[self.right]))
        return _ratio(products, lengths[self.left] * lengths[self.right])

    def contained(self, part: str, whole: str) -> tuple[Values, Values]:
        """Return the weighted share of a's terms `part` that are among b's terms `whole`, and the other way round."""
        parts, presence = self.matrix(part), self.presence(whole)
        totals = _sums(parts)
        empty = 0.5 if part in _OFTEN_EMPTY else 0.0
        there = _sums(parts[self.left].multiply(presence[self.right]))
        back = _sums(parts[self.right].multiply(presence[self.left]))
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


def _sums(rows: csr_matrix) -> Values:
    return np.asarray(rows.sum(axis=1), np.float64).ravel()


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
    met = np.array([[one.meets(other) for other in b.names] for one in a.names])
    return float(min(met.any(axis=1).mean(), met.any(axis=0).mean()))


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
    text = b.reading.clean.text
    met = [2 * sum(gram in text for gram in name.grams) >= len(name.grams) for name in a.gist_names]
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
    "gist_names_more": (lambda a, b: max(_named_in(a, b), _named_in(b, a)), 1),
    "gist_names_less": (lambda a, b: min(_named_in(a, b), _named_in(b, a)), 1),
    "numbered_conflict": (_numbered_conflict, -1),
}

# Each feature with the only direction in which it may move the judgement that two letters are alike.
DIRECTIONS = {
    **{f"{name}_cosine": 1 for name in COSINES},
    "topic_cosine": 1,
    **{f"{name}_{side}": 1 for name in CONTAINED for side in ("more", "less")},
    **{name: sign for name, (_, sign) in EACH.items()},
}
FEATURES = tuple(DIRECTIONS)


def compare(pairs: Sequence[tuple[Profile, Profile]]) -> Values:
    """Return the features of pairs, shape (pairs, len(FEATURES)); exchanging the letters of a pair changes nothing."""
    batches = [_compare(_Pairs(pairs[start : start + BATCH])) for start in range(0, len(pairs), BATCH)]
    return np.concatenate([np.zeros((0, len(FEATURES))), *batches])


def _compare(pairs: _Pairs) -> Values:
    columns = [pairs.cosine(kind) for kind in COSINES]
    columns.append(pairs.topics)
    for part, whole in CONTAINED.values():
        there, back = pairs.contained(part, whole)
        columns += [np.maximum(there, back), np.minimum(there, back)]
    columns += [pairs.each(measure) for measure, _ in EACH.values()]
    return np.column_stack(columns)
