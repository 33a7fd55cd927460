"""Readable features of a pair of letters, each between 0 and 1 unless it says otherwise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.names import Name, name_grams
from model.profile import Profile, Terms

PLACE_KINDS = ("estate", "village", "township", "district", "road", "school", "hospital", "firm", "works")

# Each feature with the only direction in which it may move the judgement that two letters are alike.
DIRECTIONS = {
    "word_cosine": 1,
    "known_word_cosine": 1,
    "unseen_word_cosine": 1,
    "topic_cosine": 1,
    "title_cosine": 1,
    "more_contained": 1,
    "less_contained": 1,
    "shingles_more_contained": 1,
    "shingles_less_contained": 1,
    "names_more_shared": 1,
    "names_less_shared": 1,
    "places_conflict": -1,
    "numbers_shared": 1,
}
FEATURES = tuple(DIRECTIONS)
SIGNS = tuple(DIRECTIONS.values())


def compare(a: Profile, b: Profile) -> tuple[float, ...]:
    """Return the features of a pair in the order of FEATURES; exchanging a and b changes nothing."""
    contained = _containment(a.words, b.words)
    shingles = _overlaps(a.shingles, b.shingles)
    names = _names_shared(a.names, b.names)
    return (
        _cosine(a.words, b.words),
        _cosine(a.words.only(~a.words.unseen), b.words.only(~b.words.unseen)),
        _cosine(a.words.only(a.words.unseen), b.words.only(b.words.unseen)),
        max(float(a.topics @ b.topics), 0.0),
        _cosine(a.title, b.title),
        max(contained),
        min(contained),
        max(shingles),
        min(shingles),
        max(names),
        min(names),
        _places_conflict(a.names, b.names),
        _jaccard(a.numbers, b.numbers),
    )


def _shared(a: Terms, b: Terms) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    _, in_a, in_b = np.intersect1d(a.buckets, b.buckets, assume_unique=True, return_indices=True)
    return a.weights[in_a], b.weights[in_b]


def _cosine(a: Terms, b: Terms) -> float:
    left, right = _shared(a, b)
    lengths = a.norm * b.norm
    return float(left @ right) / lengths if lengths else 0.0


def _containment(a: Terms, b: Terms) -> tuple[float, float]:
    """Return the weighted share of a's terms that b has, and of b's that a has."""
    left, right = _shared(a, b)
    total_a, total_b = float(a.weights.sum()), float(b.weights.sum())
    return (
        float(left.sum()) / total_a if total_a else 0.0,
        float(right.sum()) / total_b if total_b else 0.0,
    )


def _overlaps(a: NDArray[np.int32], b: NDArray[np.int32]) -> tuple[float, float]:
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / max(len(a), 1), common / max(len(b), 1)


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _meets(name: Name, others: Sequence[frozenset[str]]) -> bool:
    """Say whether a name has at least half of its character pairs in one of the others, or one of them in it."""
    grams = name_grams(name.stem)
    return any(2 * len(grams & other) >= min(len(grams), len(other)) for other in others)


def _names_shared(a: Sequence[Name], b: Sequence[Name]) -> tuple[float, float]:
    """Return the share of a's named things that b names, and of b's that a names."""
    stems_a, stems_b = ({name.stem: name for name in names if len(name.stem) > 1} for names in (a, b))
    grams_a, grams_b = ([name_grams(stem) for stem in stems] for stems in (stems_a, stems_b))
    met_a = sum(_meets(name, grams_b) for name in stems_a.values())
    met_b = sum(_meets(name, grams_a) for name in stems_b.values())
    return met_a / max(len(stems_a), 1), met_b / max(len(stems_b), 1)


def _places_conflict(a: Sequence[Name], b: Sequence[Name]) -> float:
    """Return the share of kinds of which both letters name things, but none in common."""
    conflict = 0
    for kind in PLACE_KINDS:
        left = [name for name in a if name.kind == kind]
        right = [name_grams(name.stem) for name in b if name.kind == kind]
        conflict += bool(left and right) and not any(_meets(name, right) for name in left)
    return conflict / len(PLACE_KINDS)
