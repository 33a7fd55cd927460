"""Terms by number in little memory: a dictionary of strings takes some twenty times as much."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# No clean text holds this character.
_GAP = "\0"
_HIGHEST = 2**63 - 1


class Vocabulary(Collection[str]):
    """Number different terms from 0 in their order.

    They are found by Python's hash of 64 bits, which holds for this process and those that it forks; that two of some
    ten thousand terms have the same one does not happen.
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        known = list(terms)
        # One string instead of thousands; only who saves or merges vocabularies asks for the terms themselves.
        self._terms = _GAP.join(known)
        hashes = _hashes(known)
        order = np.argsort(hashes)
        # Closed by the highest hash, without a number, so that every search ends at a place.
        self._hashes = array("q", [*hashes[order].tolist(), _HIGHEST])
        self._numbers = np.append(order, -1)

    def __len__(self) -> int:
        """Return how many terms there are."""
        return len(self._hashes) - 1

    def __iter__(self) -> Iterator[str]:
        """Yield the terms in the order of their numbers."""
        return iter(self._terms.split(_GAP) if len(self) else ())

    def __contains__(self, term: object) -> bool:
        """Say whether a term has a number."""
        wanted = hash(term)
        return bool(self._hashes[bisect_left(self._hashes, wanted)] == wanted)

    def numbers(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of each term, -1 for those without."""
        hashes, wanted = np.frombuffer(self._hashes, np.int64), _hashes(terms)
        places = np.searchsorted(hashes, wanted)
        return np.where(hashes[places] == wanted, self._numbers[places], -1)


def _hashes(terms: Sequence[str]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, terms), np.int64, len(terms))
