"""The nearest earlier letters: an exact search over signatures that never needs to be rebuilt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.hamming import distances
from model.segments import Segment, Tail
from model.signatures import BITS, Signature, cosine_of, farthest
from model.snapshot import read_snapshot, write_snapshot

_BLOCK = 64
_SAMPLE = 1 << 16
_COSINES: list[float] = cosine_of(np.arange(BITS + 1)).tolist()


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter in the index: what it is found by and filtered by."""

    id: str
    vector: Signature
    region: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search is narrowed by; None means anything. Times are from `since` up to, not with, `until`."""

    region: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A letter that was found, with its cosine (-1 to 1)."""

    id: str
    cosine: float


EVERYTHING = Filter()


class SimilarityIndex(Protocol):
    """Hold signatures of letters and find the nearest exactly.

    Adding and removing take effect at once. Filters choose among all letters before the best are taken, so that a
    filtered search never returns less than it could.
    """

    def __len__(self) -> int:
        """Return how many letters the index holds."""

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is in the index."""

    def add(self, entries: Iterable[Entry]) -> None:
        """Put letters in, or give them a new signature."""

    def remove(self, ids: Iterable[str]) -> None:
        """Take letters out; an unknown one is no error."""

    def search(
        self, vector: Signature, count: int, at_least: float = -1.0, where: Filter = EVERYTHING
    ) -> list[Neighbour]:
        """Return up to `count` letters of at least this cosine, best first; equally near ones by id."""


class EmbeddedIndex(SimilarityIndex):
    """Keep the signatures in this process: those of a snapshot mapped from disk, later ones in memory."""

    def __init__(self, base: Segment | None = None) -> None:
        self._base = base or Segment.empty()
        self._tail = Tail()

    @classmethod
    def open(cls, folder: Path) -> tuple["EmbeddedIndex", int]:
        """Map the snapshot of a folder; returns the index and the number of the last change in it.

        Raises SnapshotError if there is none that can be used.
        """
        base, number = read_snapshot(folder)
        return cls(base), number

    def save(self, folder: Path, number: int) -> None:
        """Write all that the index holds as a snapshot that stands at a change, complete or not at all."""
        write_snapshot(folder, [self._base, self._tail], number)

    def __len__(self) -> int:
        """Return how many letters the index holds."""
        return len(self._base) + len(self._tail)

    @property
    def in_memory(self) -> int:
        """Return how many letters came after the snapshot; they are held in memory of this process alone."""
        return len(self._tail)

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is in the index."""
        return letter_id in self._tail or letter_id in self._base

    def add(self, entries: Iterable[Entry]) -> None:
        """Put letters in, or give them a new signature."""
        for entry in entries:
            self._base.drop(entry.id)
            self._tail.put(entry.id, entry.vector, entry.region, entry.received_at)

    def remove(self, ids: Iterable[str]) -> None:
        """Take letters out; an unknown one is no error."""
        for letter_id in ids:
            self._base.drop(letter_id)
            self._tail.drop(letter_id)

    def search(
        self, vector: Signature, count: int, at_least: float = -1.0, where: Filter = EVERYTHING
    ) -> list[Neighbour]:
        """Return up to `count` letters of at least this cosine, best first; equally near ones by id."""
        segments: list[Segment | Tail] = [self._base, self._tail]
        allowed = [segment.allowed(where.region, where.since, where.until) for segment in segments]
        return next(self._search(vector[None], segments, allowed, count, at_least))

    def search_many(self, vectors: NDArray[np.uint8], count: int, at_least: float = -1.0) -> Iterator[list[Neighbour]]:
        """Yield for each signature, shape (n, 128), what `search` would return; faster for many."""
        segments: list[Segment | Tail] = [self._base, self._tail]
        allowed = [segment.allowed() for segment in segments]
        for start in range(0, len(vectors), _BLOCK):
            yield from self._search(vectors[start : start + _BLOCK], segments, allowed, count, at_least)

    def _search(
        self,
        queries: NDArray[np.uint8],
        segments: Sequence[Segment | Tail],
        allowed: Sequence[NDArray[np.bool_] | None],
        count: int,
        at_least: float,
    ) -> Iterator[list[Neighbour]]:
        limit = farthest(at_least)
        apart = [distances(queries, segment.vectors) for segment in segments]
        for i in range(len(queries)):
            found: list[tuple[int, str]] = []
            for segment, mask, rows in zip(segments, allowed, apart, strict=True):
                near = _nearest(rows[i], mask, count, limit)
                found += zip(rows[i][near].tolist(), segment.names(near), strict=True)
            yield [Neighbour(name, _COSINES[bits]) for bits, name in sorted(found)[:count]]


def _nearest(apart: NDArray[np.uint16], mask: NDArray[np.bool_] | None, count: int, limit: int) -> NDArray[np.intp]:
    """Return the rows within the limit that are among the `count` nearest, all of those that are equally near.

    The nearest of a sample cannot be farther than those of all, so that few rows are left to be told apart.
    """
    sample = apart[:_SAMPLE] if mask is None else apart[:_SAMPLE][mask[:_SAMPLE]]
    bound = int(min(limit, np.partition(sample, count - 1)[count - 1])) if 0 < count <= len(sample) else limit
    near = np.flatnonzero(apart <= bound)
    near = near if mask is None else near[mask[near]]
    if len(near) <= count:
        return near
    among = np.cumsum(np.bincount(apart[near], minlength=BITS + 1))
    return near[apart[near] <= int(np.searchsorted(among, count))]
