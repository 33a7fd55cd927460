"""Hashed terms of a letter with their weights, by kind, in one array: many small ones take time and leave gaps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

# Terms that count as present or not; their weights are all 1.
PRESENT = ("four", "eight")
KINDS = (
    "word",
    "character",
    "pair",
    "ordinary",
    "specific",
    "wide",
    "gist_character",
    "gist_pair",
    "gist_ordinary",
    "gist_rare",
    "gist_specific",
    *PRESENT,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """Distinct hashed terms in ascending order with their weights."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TermsByKind(Mapping[str, Terms]):
    """The terms of every kind, one after the other; those of a kind begin at its bound and end at the next.

    `bounds` has a place for each of KINDS and one more.
    """

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]
    bounds: NDArray[np.int32]

    @classmethod
    def of(cls, terms: Mapping[str, Terms]) -> "TermsByKind":
        """Put terms of every kind together."""
        parts = [terms[kind] for kind in KINDS]
        return cls(
            np.concatenate([part.buckets for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.fromiter(accumulate((len(part.buckets) for part in parts), initial=0), np.int32, len(KINDS) + 1),
        )

    def __getitem__(self, kind: str) -> Terms:
        """Return the terms of a kind."""
        try:
            place = KINDS.index(kind)
        except ValueError as error:
            raise KeyError(kind) from error
        chosen = slice(*self.bounds[place : place + 2])
        return Terms(self.buckets[chosen], self.weights[chosen])

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)


def ranges(starts: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the places of passages, one after the other: from each start as many as its length."""
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum(), dtype=np.int64) + np.repeat(np.asarray(starts - before, np.int64), lengths)
