"""The nearest earlier letters: compact vectors of letters and an exact scan over them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from model.profile import Profile

DIMENSIONS = 256
PROJECTIONS = 4
_SPREAD = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
_CHUNK = 65_536

Vector = NDArray[np.int8]


def vector_of(profile: Profile) -> Vector:
    """Project the weighted words and character n-grams of a letter to 256 small integers.

    Each term adds its weight, with a fixed random sign, at four fixed random places (sparse random projection,
    Achlioptas 2003), so that cosines survive and no vocabulary is needed.
    """
    total = np.zeros(DIMENSIONS)
    for salt, terms in enumerate((profile.words, profile.grams)):
        if terms.norm:
            total += _projected(terms.buckets, terms.weights / terms.norm, salt)
    peak = float(np.abs(total).max())
    return np.round(total * (127 / peak)).astype(np.int8) if peak else total.astype(np.int8)


def _projected(buckets: NDArray[np.int32], weights: NDArray[np.float32], salt: int) -> NDArray[np.float64]:
    terms = buckets.astype(np.uint64) + np.uint64(salt << 24)
    result = np.zeros(DIMENSIONS)
    for odd in _SPREAD[:PROJECTIONS]:
        mixed = (terms + np.uint64(1)) * np.uint64(odd)
        mixed ^= mixed >> np.uint64(15)
        signs = np.where(mixed & np.uint64(1), 1.0, -1.0)
        places = ((mixed >> np.uint64(7)) % np.uint64(DIMENSIONS)).astype(np.intp)
        result += np.bincount(places, weights=weights * signs, minlength=DIMENSIONS)
    return result


class SimilarityIndex:
    """Hold vectors of letters and find the nearest exactly, by cosine.

    Adding and removing take effect at once. Filters choose among all letters before the best are taken, so that a
    filtered search never returns less than it could.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.int8] = np.zeros((0, DIMENSIONS), np.int8)
        self._lengths: NDArray[np.float32] = np.zeros(0, np.float32)

    def __len__(self) -> int:
        """Return how many letters the index holds."""
        return len(self._rows)

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is in the index."""
        return letter_id in self._rows

    def add(self, letter_id: str, vector: Vector) -> None:
        """Put a letter in, or give it a new vector."""
        row = self._rows.get(letter_id)
        if row is None:
            row = len(self._ids)
            self._reserve(row + 1)
            self._ids.append(letter_id)
            self._rows[letter_id] = row
        self._vectors[row] = vector
        self._lengths[row] = max(float(np.linalg.norm(vector.astype(np.float32))), 1.0)

    def _reserve(self, rows: int) -> None:
        """Make room by doubling, so that a million additions copy each vector a few times only."""
        if rows > len(self._vectors):
            more = max(1024, len(self._vectors))
            self._vectors = np.vstack([self._vectors, np.zeros((more, DIMENSIONS), np.int8)])
            self._lengths = np.concatenate([self._lengths, np.ones(more, np.float32)])

    def remove(self, letter_id: str) -> None:
        """Take a letter out; the last letter moves to its row. An unknown letter is no error."""
        row = self._rows.pop(letter_id, None)
        if row is None:
            return
        last = self._ids.pop()
        if last != letter_id:
            self._ids[row] = last
            self._rows[last] = row
            self._vectors[row] = self._vectors[len(self._ids)]
            self._lengths[row] = self._lengths[len(self._ids)]

    def search(self, vector: Vector, count: int, among: Iterable[str] | None = None) -> list[tuple[str, float]]:
        """Return up to `count` letters with their cosine (-1 to 1), best first; `among` limits the search to these."""
        rows = (
            None
            if among is None
            else np.array([self._rows[i] for i in dict.fromkeys(among) if i in self._rows], np.intp)
        )
        cosines = self._cosines(vector, rows)
        best = np.argsort(-cosines, kind="stable")[:count]
        places: Sequence[int] = best.tolist() if rows is None else rows[best].tolist()
        return [(self._ids[row], float(cosines[place])) for row, place in zip(places, best, strict=True)]

    def _cosines(self, vector: Vector, rows: NDArray[np.intp] | None) -> NDArray[np.float32]:
        size = len(self._ids) if rows is None else len(rows)
        wanted = vector.astype(np.float32)
        wanted /= max(float(np.linalg.norm(wanted)), 1.0)
        cosines = np.empty(size, np.float32)
        for start in range(0, size, _CHUNK):
            part = slice(start, min(start + _CHUNK, size))
            chosen = part if rows is None else rows[part]
            cosines[part] = (self._vectors[chosen].astype(np.float32) @ wanted) / self._lengths[chosen]
        return cosines
